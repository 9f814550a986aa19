"""Every guard that fires is told."""

from __future__ import annotations

import polars as pl

from syncengine.identity import (
    Policy,
    breaks,
    default_model,
    firings,
    fit_frequencies,
    match_keys,
    partition,
    score,
    standardise,
)
from tests.syncengine.identity.companies import companies

NOTHING_DECIDED = pl.DataFrame(schema={"record_l": pl.Int64, "record_r": pl.Int64, "kind": pl.String})


def fired(records: pl.DataFrame, policy: Policy) -> list[tuple[str, str, int]]:
    tidy = standardise(records)
    model = fit_frequencies(tidy, default_model())
    pairs = score(tidy, model=model, policy=policy)
    parted = partition(tidy["record_id"], pairs, NOTHING_DECIDED, policy=policy)
    return firings(match_keys(tidy), parted, model, policy).select("guard", "subject", "records").rows()


def test_ordinary_records_fire_nothing() -> None:
    assert fired(companies(100, seed=2)[0], Policy()) == []


def test_a_number_that_everybody_tells_is_a_placeholder_and_no_key() -> None:
    records = companies(100, seed=2)[0].with_columns(tax_id=pl.lit("DE811907980"), country=pl.lit("DE"))
    names = standardise(records)["name_key"].n_unique()
    assert fired(records, Policy()) == [
        ("key limit", "tax", records.height),
        ("placeholder", "tax:811907980", names),
    ]


def test_components_beyond_the_limit_are_told() -> None:
    rows = [{"record_id": n, "name": "Acme Pumpen", "street": "Hauptstr. 1", "postcode": "10115"} for n in range(6)]
    assert fired(pl.DataFrame(rows), Policy(cluster_cap=5)) == [("cluster limit", "0", 6)]


def test_the_breaker_counts_moves_and_not_names() -> None:
    before = pl.DataFrame({"record_id": [1, 2, 3, 4, 5, 6], "cluster": [1, 1, 2, 2, 3, 3]})
    renamed = before.with_columns(pl.col("cluster") + 10)
    merged = before.with_columns(cluster=pl.lit(1))
    policy = Policy(breaker_share=0.1, breaker_least=2)
    assert breaks(before, renamed, policy) is None
    assert breaks(before, merged, policy) == (
        "4 of 6 records would change their customer; above 2 a person decides."
    )

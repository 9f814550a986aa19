"""Whatever a source may write: both executors take it, agree on it, and merge nobody who shares nothing."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.identity import default_model, match_keys, partition, score, score_pairs, standardise, veto_values
from syncengine.identity.pairwise import weigh_few
from syncengine.identity.prepare import prepare_few
from tests.soak.crowded import HOW, WHOSE

FIELDS = ("name", "street", "city", "postcode", "country", "phone", "email", "website", "tax_id", "duns")
ODD = [
    "", " ", "\x00", "n/a", "GmbH", "Müller GmbH", "0000", "x" * 5000, "İı", "ß", "ﬁ", "Ａｃｍｅ", "王杰", "🏭",
    "a\u0301" * 50, "\u202e",
]  # fmt: skip
TEXT = st.one_of(st.none(), st.text(max_size=30), st.sampled_from(ODD))
ROWS = st.lists(st.fixed_dictionaries({field: TEXT for field in FIELDS}), min_size=2, max_size=4)
NOTHING_DECIDED = pl.DataFrame(schema={"record_l": pl.Int64, "record_r": pl.Int64, "kind": pl.String})


@given(ROWS)
@settings(max_examples=20)
def test_both_executors_agree_on_any_text(rows: list[dict[str, str | None]]) -> None:
    schema = {"record_id": pl.Int64, **dict.fromkeys(FIELDS, pl.String)}
    # Twice each, so that values meet.
    told = [{"record_id": n, **row} for n, row in enumerate([*rows, *rows])]
    tidy = standardise(pl.DataFrame(told, schema=schema))
    pairs = pl.DataFrame(list(itertools.combinations(range(len(told)), 2)), ["record_l", "record_r"], orient="row")
    model = default_model()
    bulk = score_pairs(tidy, pairs, model).sort("record_l", "record_r")
    few = pl.DataFrame(list(weigh_few(prepare_few(tidy.iter_rows(named=True), model), pairs.iter_rows(), model)))
    levels = [column for column in few.columns if column.startswith("g_")]
    assert few.select(levels).rows() == bulk.select(levels).rows()
    assert (few["match_weight"] - bulk["match_weight"]).abs().max() < 1e-6


@given(ROWS)
@settings(max_examples=10)
def test_who_shares_no_key_is_merged_with_nobody(rows: list[dict[str, str | None]]) -> None:
    schema = {"record_id": pl.Int64, **dict.fromkeys(FIELDS, pl.String)}
    tidy = standardise(pl.DataFrame([{"record_id": n, **row} for n, row in enumerate(rows)], schema=schema))
    pairs = score(tidy, model=default_model())
    parted = partition(tidy["record_id"], pairs, NOTHING_DECIDED, veto_values(tidy))
    keys = {row["record_id"]: set(row.items()) for row in match_keys(tidy).iter_rows(named=True)}
    for _, group in parted.group_by("cluster"):
        held = [{item for item in keys[record] if item[1] is not None} for record in group["record_id"]]
        assert all(any(one & other for other in held if other is not one) for one in held) or len(held) == 1


@pytest.mark.parametrize("how", sorted(HOW))
@pytest.mark.parametrize("whose", sorted(WHOSE))
def test_strangers_are_told_apart(how: str, whose: str) -> None:
    """Small here; `make soak` takes a million and looks at the memory."""
    assert HOW[how](WHOSE[whose](3_000))["cluster"].n_unique() == 3_000

"""Ways to resolve the same records: ours, Splink as its recipe has it, and exact keys."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import duckdb
import polars as pl
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from syncengine.identity import (
    candidates,
    comparable,
    default_model,
    fit_frequencies,
    partition,
    score_candidates,
    side_by_side,
    standardise,
    veto_values,
)
from syncengine.identity.anyfile.resolve import resolve
from syncengine.identity.components import components, star_edges
from syncengine.identity.model import Model
from syncengine.identity.training import train

NOTHING_DECIDED = pl.DataFrame(schema={"record_l": pl.Int64, "record_r": pl.Int64, "kind": pl.String})
EXACT = (["tax_id"], ["website"], ["email"], ["name", "country"])
TOLD = ("name", "street", "city", "postcode", "phone", "email", "website", "tax_id", "country")
Contender = Callable[[pl.DataFrame, Model], pl.DataFrame]


def stored_model(sample: pl.DataFrame) -> Model:
    """A model fitted before, as a portal has it in force."""
    return fit_frequencies(standardise(sample), default_model())


def concord(records: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Standardise, score and partition with a stored model: what merges without a person."""
    records = side_by_side(records)
    tidy = standardise(records)
    del records  # of ten million records what nobody reads any more is gigabytes
    ids, pairs, vetoes = tidy["record_id"], candidates(tidy), veto_values(tidy)
    tidy = comparable(tidy, model)
    pairs = score_candidates(tidy, pairs, model=model)
    return partition(ids, pairs, NOTHING_DECIDED, vetoes).select("record_id", "cluster")


def concord_trained(records: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The same with a model learnt first."""
    return concord(records, train(standardise(records), default_model(), name="bench"))


def concord_file(records: pl.DataFrame, model: Model) -> pl.DataFrame:
    """resolve_files: everything learnt on the very records."""
    return resolve(records).clusters


def exact_keys(records: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Equal tax number, domain, e-mail, or name and country."""
    plain = records.with_columns(pl.col("name").str.to_lowercase().str.strip_chars())
    edges = pl.concat(
        [star_edges(plain, [key for key in keys if key in plain.columns]) for keys in EXACT if keys[0] in plain.columns]
    )
    return components(plain["record_id"], edges["a"], edges["b"]).rename({"node": "record_id", "label": "cluster"})


def splink_recipe(records: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The steps of Splink's tutorial: random-sampled u, expectation maximisation, clusters at 0.95."""
    told = [
        c
        for c in ("name", "street", "city", "postcode", "phone", "email", "website", "tax_id", "country")
        if c in records.columns
    ]
    plain = records.select("record_id", *[pl.col(c).str.to_lowercase().str.strip_chars() for c in told])
    con = duckdb.connect(config={"threads": "2"})
    db = DuckDBAPI(connection=con)
    linker = Linker(
        db.register(plain.to_arrow(), dataset_display_name="records"), _settings(told), log_level=logging.ERROR
    )
    known = [c for c in ("tax_id", "website", "phone", "name") if c in told]
    linker.training.estimate_probability_two_random_records_match([block_on(c) for c in known[:2]], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for column in [c for c in ("website", "phone", "name") if c in told][:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
    return con.sql(f"SELECT record_id, cluster_id AS cluster FROM {found.physical_name}").pl()


def _settings(told: list[str]) -> SettingsCreator:
    made = {
        "name": cl.JaroWinklerAtThresholds("name", [0.95, 0.88]).configure(term_frequency_adjustments=True),
        "street": cl.JaroWinklerAtThresholds("street", [0.9]),
        "city": cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        "postcode": cl.ExactMatch("postcode"),
        "phone": cl.ExactMatch("phone"),
        "email": cl.ExactMatch("email"),
        "website": cl.ExactMatch("website"),
        "tax_id": cl.LevenshteinAtThresholds("tax_id", [1]),
    }
    rules = [
        ["tax_id"],
        ["website"],
        ["email"],
        ["phone"],
        ["name"],
        ["postcode", "substr(name,1,3)"],
        ["city", "substr(name,1,4)"],
    ]
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[comparison for name, comparison in made.items() if name in told],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules if rule[0] in told],
    )


CONTENDERS: Mapping[str, Contender] = {
    "concord, stored model": concord,
    "concord, trained first": concord_trained,
    "concord resolve_files": concord_file,
    "splink, standard recipe": splink_recipe,
    "exact keys": exact_keys,
}

"""Splink and our statement are one model; training gives a model that still finds the companies."""

from __future__ import annotations

import logging

import polars as pl
import pytest
from splink import DuckDBAPI, Linker

from syncengine.identity import default_model, fit_frequencies, score, standardise
from syncengine.identity.engine import connect
from syncengine.identity.linker import candidates
from syncengine.identity.model import Model
from syncengine.identity.prepare import prepare
from syncengine.identity.splink_model import register_frequencies, settings
from syncengine.identity.training import halves, measure, share, train
from tests.syncengine.identity.companies import companies
from tests.syncengine.identity.febrl import febrl


@pytest.fixture(scope="module")
def tidy() -> pl.DataFrame:
    return standardise(companies(600, seed=5)[0])


def splink_weights(tidy: pl.DataFrame, model: Model) -> pl.DataFrame:
    prepared = prepare(tidy, model)
    with connect() as con:
        db = DuckDBAPI(connection=con)
        records = db.register(prepared.to_arrow(), dataset_display_name="records")
        linker = Linker(records, settings(model), log_level=logging.ERROR)
        register_frequencies(linker, db, prepared)
        found = linker.inference.predict(threshold_match_probability=0.5)
        weights: pl.DataFrame = con.sql(f"FROM {found.physical_name}").pl()
    weights = weights.rename({"record_id_l": "record_l", "record_id_r": "record_r"})
    return weights.sort("record_l", "record_r")


def test_splink_gives_the_same_pairs_and_weights(tidy: pl.DataFrame) -> None:
    model = fit_frequencies(tidy, default_model())
    ours, splinks = score(tidy, model=model), splink_weights(tidy, model)
    assert ours.select("record_l", "record_r").rows() == splinks.select("record_l", "record_r").rows()
    assert ours["match_weight"].to_list() == pytest.approx(splinks["match_weight"].to_list(), abs=1e-6)


def labelled(tidy: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """What people would have said about the pairs that share a key."""
    sides = candidates(tidy).join(truth, left_on="record_l", right_on="record_id")
    sides = sides.join(truth, left_on="record_r", right_on="record_id", suffix="_r")
    return sides.select("record_l", "record_r", same=pl.col("truth") == pl.col("truth_r")).sort(pl.all())


def test_training_learns_and_loses_nothing() -> None:
    records, truth = febrl(500, seed=12)
    tidy = standardise(records)
    learn_from, measure_with = halves(labelled(tidy, truth))
    before = fit_frequencies(tidy, default_model())
    after = train(tidy, default_model(), name="trial", labels=learn_from)
    assert after.name == "trial" and after.levels["phone"] != before.levels["phone"]
    old, new = measure(tidy, before, measure_with), measure(tidy, after, measure_with)
    assert new.precision.value == pytest.approx(1.0, abs=0.01)
    assert (new.recall_with_review.value or 0) >= (old.recall_with_review.value or 0) - 0.005


def test_training_needs_no_labels(tidy: pl.DataFrame) -> None:
    assert train(tidy, default_model(), name="alone").levels["phone"] != default_model().levels["phone"]


def test_bounds_of_a_share() -> None:
    found = share(9, 10)
    assert (round(found.low, 3), round(found.high, 3), found.value) == (0.596, 0.982, 0.9)
    assert (share(0, 0).value, share(0, 0).low, share(0, 0).high) == (None, 0.0, 1.0)

"""Splink and our statement are one model; training gives a model that still finds the companies."""

from __future__ import annotations

import logging

import polars as pl
import pytest
from splink import DuckDBAPI, Linker

from syncengine.identity import default_model, fit_frequencies, score, standardise
from syncengine.identity.engine import connect
from syncengine.identity.model import Model
from syncengine.identity.prepare import prepare
from syncengine.identity.splink_model import settings
from syncengine.identity.training import register_frequencies, train
from tests.syncengine.identity.companies import companies


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
    ours, splinks = score(tidy, changed=None, model=model), splink_weights(tidy, model)
    assert ours.select("record_l", "record_r").rows() == splinks.select("record_l", "record_r").rows()
    assert ours["match_weight"].to_list() == pytest.approx(splinks["match_weight"].to_list(), abs=1e-6)


def test_training_learns_and_keeps_finding(tidy: pl.DataFrame) -> None:
    before = fit_frequencies(tidy, default_model())
    after = train(tidy, default_model(), name="trial")
    assert after.name == "trial"
    assert after.levels["phone"] != before.levels["phone"]
    assert score(tidy, changed=None, model=after).height >= 0.9 * score(tidy, changed=None, model=before).height

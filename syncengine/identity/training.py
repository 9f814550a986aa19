"""A company's own model: frequencies and m from its records, by Splink's expectation maximisation."""

from __future__ import annotations

import logging
from dataclasses import replace

import polars as pl
from splink import DuckDBAPI, Linker, block_on

from syncengine.identity.comparisons import COMPARISONS
from syncengine.identity.engine import connect
from syncengine.identity.frequencies import VALUES, fit_frequencies
from syncengine.identity.model import Model, Probabilities
from syncengine.identity.prepare import prepare
from syncengine.identity.splink_model import FIXED, frequency_table, settings

SAMPLE = 200_000  # more records make training longer, not better
SESSIONS = (("domain",), ("phone",), ("name_key",))
LEAST = 0.002  # no answer is nearly impossible just because the sample lacks it


def train(standardised: pl.DataFrame, model: Model, *, name: str) -> Model:
    """The model with m re-estimated on these records; u stays as counted, address levels as shipped."""
    fitted = fit_frequencies(standardised, model)
    sample = standardised if standardised.height <= SAMPLE else standardised.sample(SAMPLE, seed=1)
    found = _estimated(prepare(sample, fitted), fitted)
    levels = {c.name: _merged(c.name, fitted, found) for c in COMPARISONS}
    return replace(fitted, name=name, data=f"Trained on {standardised.height} records.", levels=levels)


def _estimated(prepared: pl.DataFrame, model: Model) -> dict[str, dict[str, float]]:
    """m by comparison and level, as Splink's sessions found them."""
    with connect() as con:
        db = DuckDBAPI(connection=con)
        linker = Linker(
            db.register(prepared.to_arrow(), dataset_display_name="records"),
            settings(model),
            log_level=logging.ERROR,
        )
        register_frequencies(linker, db, prepared)
        for columns in SESSIONS:
            if prepared.drop_nulls(columns).select(pl.struct(columns).is_duplicated().sum()).item() >= 50:
                linker.training.estimate_parameters_using_expectation_maximisation(
                    block_on(*columns), fix_probability_two_random_records_match=True
                )
        saved = linker.misc.save_model_to_json()
    return {
        c["output_column_name"]: {
            lv["label_for_charts"]: lv["m_probability"]
            for lv in c["comparison_levels"]
            if lv.get("m_probability")
        }
        for c in saved["comparisons"]
    }


def register_frequencies(linker: Linker, db: DuckDBAPI, prepared: pl.DataFrame) -> None:
    """Give Splink our leave-one-out frequencies in place of its own counts."""
    known = {value: column for value, column in VALUES.items() if f"f_{value}" in prepared.columns}
    for value, column in known.items():
        table = db.register(frequency_table(prepared, value).to_arrow(), dataset_display_name=f"tf_{value}")
        linker.table_management.register_term_frequency_lookup(table, column)


def _merged(comparison: str, model: Model, found: dict[str, dict[str, float]]) -> dict[str, Probabilities]:
    shipped = model.levels[comparison]
    if comparison in FIXED:
        return shipped
    told = found.get(comparison, {})
    return {
        level: Probabilities(
            numbers.m if level == "other_place" else max(told.get(level, numbers.m), LEAST), numbers.u
        )
        for level, numbers in shipped.items()
    }

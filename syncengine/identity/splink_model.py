"""The model as Splink settings: Splink estimates it, and can run it on any of its engines."""

from __future__ import annotations

import re

import polars as pl
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from syncengine.identity.blocking import BLOCKING_RULES
from syncengine.identity.comparisons import COMPARISONS, FEATURES, Comparison, Level
from syncengine.identity.frequencies import VALUES
from syncengine.identity.model import Model

FIXED = {"address"}  # its levels depend on what is told, which Splink's m does not allow for


def settings(model: Model) -> SettingsCreator:
    """The comparisons, numbers and blocking rules of the model in Splink's form."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        probability_two_random_records_match=model.prior,
        comparisons=[_comparison(c, model) for c in COMPARISONS],
        blocking_rules_to_generate_predictions=[block_on(*rule.columns) for rule in BLOCKING_RULES],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def frequency_table(prepared: pl.DataFrame, value: str) -> pl.DataFrame:
    """Every value of the records with its share, in the form in which Splink looks it up."""
    column = VALUES[value]
    shares = prepared.drop_nulls(column).select(column, pl.col(f"f_{value}").alias(f"tf_{column}"))
    return shares.unique(column)


def register_frequencies(linker: Linker, db: DuckDBAPI, prepared: pl.DataFrame) -> None:
    """Give Splink our leave-one-out frequencies in place of its own counts."""
    known = {value: column for value, column in VALUES.items() if f"f_{value}" in prepared.columns}
    for value, column in known.items():
        table = db.register(frequency_table(prepared, value).to_arrow(), dataset_display_name=f"tf_{value}")
        linker.table_management.register_term_frequency_lookup(table, column)


def _comparison(comparison: Comparison, model: Model) -> cl.CustomComparison:
    null = cll.CustomLevel(_splink_sql(comparison.missing), label_for_charts="missing").configure(is_null_level=True)
    levels = [_level(level, comparison, model) for level in comparison.levels]
    return cl.CustomComparison(output_column_name=comparison.name, comparison_levels=[null, *levels])


def _level(level: Level, comparison: Comparison, model: Model) -> cll.CustomLevel:
    numbers = model.levels[comparison.name][level.name]
    sql = "ELSE" if level.condition == "TRUE" else _splink_sql(level.condition)
    made = cll.CustomLevel(sql, label_for_charts=level.name)
    fixed = comparison.name in FIXED or level.name == "other_place"
    made.configure(
        m_probability=numbers.m,
        u_probability=model.floor(level.frequency) if level.frequency else numbers.u,
        fix_m_probability=fixed,
        fix_u_probability=True,
    )
    if level.frequency:
        made.configure(tf_adjustment_column=VALUES[level.frequency], disable_tf_exact_match_detection=True)
    return made


def _splink_sql(condition: str) -> str:
    """Our condition in Splink's columns: l.name becomes name_l, features are written out."""
    for name, sql in FEATURES.items():
        condition = re.sub(rf"\b{name}\b", f"({sql})", condition)
    return re.sub(r"\b([lr])\.(\w+)", r"\2_\1", condition)

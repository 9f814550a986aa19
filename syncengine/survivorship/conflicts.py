"""Fields whose policy asks people, where trusted records of different sources still differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from accounts.catalogue import FieldSpec
from syncengine.survivorship.normal import normalised
from syncengine.survivorship.rules import FieldRule


def find_conflicts(several: pl.DataFrame, fields: Sequence[FieldSpec], rules: Mapping[str, FieldRule]) -> pl.DataFrame:
    """cluster, field, values (normalised, sorted): the evidence, the same for the same disagreement."""
    asked = [f for f in fields if rules[f.name].conflict or rules[f.name].strategy == "manual"]
    live = several.filter("competes")
    found = [_differences(_trusted(live, field, rules[field.name]), field) for field in asked]
    empty = pl.DataFrame(schema={"cluster": several.schema["cluster"], "field": pl.Int16, "values": pl.List(pl.String)})
    return pl.concat([empty, *found], how="vertical_relaxed")


def _trusted(live: pl.DataFrame, field: FieldSpec, rule: FieldRule) -> pl.DataFrame:
    """A value that failed validation disagrees with nobody."""
    if not rule.distrust_invalid or "invalid" not in live.columns:
        return live
    return live.filter(~pl.col("invalid").list.contains(field.code).fill_null(False))


def _differences(live: pl.DataFrame, field: FieldSpec) -> pl.DataFrame:
    told = live.select("cluster", "source", value=normalised(field)).filter(
        pl.col("value").is_not_null() & (pl.col("value") != "")
    )
    return (
        told.group_by("cluster")
        .agg(values=pl.col("value").unique().sort(), sources=pl.col("source").n_unique())
        .filter((pl.col("values").list.len() > 1) & (pl.col("sources") > 1))
        .select("cluster", pl.lit(field.code, pl.Int16).alias("field"), "values")
    )

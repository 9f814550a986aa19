"""Values people pinned: they stand over every rule."""

from __future__ import annotations

import polars as pl

from accounts.catalogue import FieldSpec, ObjectSpec
from syncengine.survivorship.rules import PINNED, RULES


def pinned(golden: pl.DataFrame, spec: ObjectSpec, pins: pl.DataFrame) -> pl.DataFrame:
    """Golden values with those that people pinned in their place."""
    for code in pins["field"].unique().sort() if pins.height else []:
        field = spec.by_code[code]
        if field.column not in golden.columns:
            golden = golden.with_columns(pl.lit(None, pl.String).alias(field.column))
        chosen = (
            pins.filter(pl.col("field") == code)
            .unique("cluster", keep="last")
            .select("cluster", pin="value", pinned=pl.lit(True))
        )
        joined = golden.join(chosen, on="cluster", how="left", maintain_order="left")
        is_pinned = pl.col("pinned").fill_null(False)
        golden = joined.with_columns(
            pl.when(is_pinned)
            .then(from_text(field, golden.schema[field.column], column="pin"))
            .otherwise(pl.col(field.column))
            .alias(field.column),
            winners=replace_at(pl.col("winners"), code, is_pinned, PINNED),
            rules=replace_at(pl.col("rules"), code, is_pinned, RULES["pinned"]),
        ).drop("pin", "pinned")
    return golden


def from_text(field: FieldSpec, kind: pl.DataType, *, column: str) -> pl.Expr:
    """A column of texts as the field's own type."""
    text = pl.col(column)
    if field.type == "boolean":
        return text == "true"
    if field.type == "datetime":
        return text.str.to_datetime(time_unit="us", time_zone="UTC")
    if field.type == "tags":
        return text.str.split(";")
    return text.cast(kind)


def replace_at(array: pl.Expr, code: int, where: pl.Expr, value: int | pl.Expr) -> pl.Expr:
    """The list with another value at a field's place, where that holds."""
    entry = value if isinstance(value, pl.Expr) else pl.lit(value, pl.Int16)
    changed = pl.concat_list(array.list.slice(0, code - 1), pl.concat_list(entry), array.list.slice(code))
    return pl.when(where).then(changed).otherwise(array)

"""Columns of typed values as text, the same as single values have it; and what counts as the same."""

from __future__ import annotations

import polars as pl

from accounts.catalogue import FieldSpec
from accounts.catalogue.texts import NUMBERS
from syncengine.survivorship import normalised

# Systems format these as they please; only what they mean is compared.
FORMATTED = ("phone", "url", "email")
INSTANTS = "%Y-%m-%dT%H:%M:%S%.6fZ"


def text_expr(field: FieldSpec) -> pl.Expr:
    """The field's column of a canonical frame as text; null stays null."""
    column = pl.col(field.column)
    if field.type in NUMBERS:
        plain = column.cast(pl.Decimal(38, 6)).cast(pl.String)
        return plain.str.replace(r"(\.\d*?)0+$", "$1").str.strip_chars_end(".")
    if field.type == "datetime":
        return column.dt.convert_time_zone("UTC").dt.strftime(INSTANTS)
    if field.type == "tags":
        return column.list.join(";")
    return column.cast(pl.String)


def alike(field: FieldSpec, one: str | None, other: str | None) -> bool:
    """Whether two texts of the field say the same, whatever a system made of spaces and punctuation."""
    if one == other:
        return True
    if not one or not other or field.type not in FORMATTED:
        return (one or None) == (other or None)
    pair = pl.DataFrame({field.column: [one, other]}).select(normalised(field)).to_series()
    return bool(pair[0] == pair[1])

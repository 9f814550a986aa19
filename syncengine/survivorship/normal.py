"""What does not count as a difference between two values."""

from __future__ import annotations

import polars as pl

from accounts.catalogue import FieldSpec

EXACT = ("integer", "decimal", "money", "percent", "date", "datetime", "boolean")


def normalised(field: FieldSpec) -> pl.Expr:
    """The value without what does not count as a difference: case, spaces, punctuation."""
    column = pl.col(field.column)
    if field.type in EXACT:
        return column.cast(pl.String)
    if field.type == "tags":
        return column.list.sort().list.join("|").str.to_lowercase()
    return plain(column, field.type)


def plain(text: pl.Expr, kind: str) -> pl.Expr:
    """A text reduced to its letters and digits; of telephone numbers the digits that are dialled."""
    reduced = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    if kind == "url":
        reduced = reduced.str.replace(r"^https?://", "").str.replace(r"^www\.", "").str.strip_chars_end("/")
    if kind == "phone":
        return reduced.str.replace_all(r"\D", "").str.slice(-9)
    return reduced.str.replace_all(r"[^\p{L}\p{N}]+", "")

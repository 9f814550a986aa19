"""Raw text made safe: no control characters, no outer blanks, nothing where nothing was said."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

# Line breaks and tabs inside a value part words; the others (NUL breaks PostgreSQL) mean nothing.
BREAKS = r"[\t\r\n\u{b}\u{c}\u{85}]+"
CONTROLS = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u{200b}\u{feff}]+"
EITHER = r"[\x00-\x1f\x7f-\x9f\u{200b}\u{feff}]"


def clean(raw: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """These columns of the raw rows: controls removed, blanks stripped, empty text as null."""
    used = raw.select(pl.col(list(columns)).cast(pl.String)) if columns else raw.select()
    dirty = _columns_with_controls(used)
    return used.select(_cleaned(name, name in dirty) for name in used.columns)


def _columns_with_controls(frame: pl.DataFrame) -> set[str]:
    # One scan first: replacing in every column would cost several times as much, and few need it.
    if not frame.width or not frame.height:
        return set()
    found = frame.select(pl.all().str.contains(EITHER).any()).row(0, named=True)
    return {name for name, present in found.items() if present}


def _cleaned(name: str, dirty: bool) -> pl.Expr:
    value = pl.col(name)
    if dirty:
        value = value.str.replace_all(BREAKS, " ").str.replace_all(CONTROLS, "")
    value = value.str.strip_chars()
    return pl.when(value != "").then(value).alias(name)

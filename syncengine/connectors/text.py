"""Typed columns as text, losing nothing that a mapping may need."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with nested records flattened by dots and every column a string."""
    while structs := [name for name, kind in frame.schema.items() if isinstance(kind, pl.Struct)]:
        frame = frame.with_columns(_dotted(frame[name]) for name in structs).unnest(structs)
    return frame.with_columns(_column_text(frame[name]) for name in frame.columns)


def _dotted(column: pl.Series) -> pl.Series:
    names = [f"{column.name}.{part.name}" for part in column.dtype.fields]  # type: ignore[attr-defined]
    return column.struct.rename_fields(names)


def _column_text(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.List | pl.Array):
        return pl.Series(column.name, [value_text(v) for v in column.to_list()], dtype=pl.String)
    if isinstance(kind, pl.Binary):
        return column.bin.encode("base64")
    if isinstance(kind, pl.Datetime):
        return column.cast(pl.String).str.replace(" ", "T", literal=True)
    if kind.is_float():
        return plain_numbers(column.cast(pl.String))
    return column.cast(pl.String)


def plain_numbers(column: pl.Series) -> pl.Series:
    """Return numbers in text without exponents."""
    if not column.str.contains(r"[eE]").any():
        return column
    return pl.Series(column.name, [_plain(v) for v in column.to_list()], dtype=pl.String)


def _plain(number: str | None) -> str | None:
    # Only ever met for very large or very small floats: a loop is no cost here.
    if number is None or "e" not in number.lower():
        return number
    try:
        return format(Decimal(number), "f")
    except InvalidOperation:
        return number


def value_text(value: Any) -> str | None:
    """Return a Python value as the text a raw row carries; lists and mappings as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _plain(repr(value))
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def flatten(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Return a nested record as one flat row of texts, names joined by dots."""
    flat: dict[str, str | None] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value_text(value)
    return flat


def rows_frame(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Return flat rows as a frame of strings, with every column that any of them has."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame({n: pl.Series(n, [row.get(n) for row in rows], dtype=pl.String) for n in names})

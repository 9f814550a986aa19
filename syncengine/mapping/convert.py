"""All fields of one object converted at once, and which rows could not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from syncengine.mapping.conversions import Conversion


@dataclass(frozen=True)
class Converted:
    """Values and the texts they came from, row by row; `failed` has a mask per column with failures."""

    values: pl.DataFrame
    texts: pl.DataFrame
    failed: dict[str, pl.Series]

    def failing(self, conversions: Sequence[Conversion], *, nullable: bool) -> list[Conversion]:
        """The conversions that failed somewhere, of those that may become null or of those that may not."""
        return [c for c in conversions if c.column in self.failed and c.nullable is nullable]


def convert(cleaned: pl.DataFrame, conversions: Sequence[Conversion]) -> Converted:
    """Typed columns of these conversions over cleaned source columns."""
    columns = [c.column for c in conversions]
    texts = cleaned.with_columns([c.text for c in conversions]).select(columns)
    values = texts.select([c.quick for c in conversions])
    patched = {c.column: _second_reading(c, texts, values) for c in conversions if c.patient is not None}
    values = values.with_columns(**{name: series for name, series in patched.items() if series is not None})
    failed = {name: mask for name in columns if (mask := _missed(name, texts, values)) is not None}
    return Converted(values, texts, failed)


def _missed(column: str, texts: pl.DataFrame, values: pl.DataFrame) -> pl.Series | None:
    if values[column].null_count() == texts[column].null_count():
        return None
    return texts[column].is_not_null() & values[column].is_null()


def _second_reading(conversion: Conversion, texts: pl.DataFrame, values: pl.DataFrame) -> pl.Series | None:
    # Only the texts the quick reading could not take are read patiently: seldom more than a few.
    name = conversion.column
    missed = _missed(name, texts, values)
    if missed is None or conversion.patient is None:
        return None
    again = texts.select(name).filter(missed).select(conversion.patient)[name]
    both = pl.concat([values[name], again])
    here = pl.int_range(len(missed), eager=True)
    there = missed.cast(pl.Int64).cum_sum() + (len(missed) - 1)
    return both.gather(there.zip_with(missed, here))

"""Rows of frames: of small ones for a loop, and those that another frame does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

FEW = 2_000  # rows up to which sets beat a join of frames


def rows_of(frame: pl.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows of these columns. A select would hand its work to other threads, which takes longer than a few rows do."""
    return zip(*(frame.get_column(column).to_list() for column in columns), strict=True)


def missing(frame: pl.DataFrame, others: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """These columns of the rows that are not among others."""
    if frame.height + others.height <= FEW:
        found = set(rows_of(frame, *columns)).difference(rows_of(others, *columns))
        return pl.DataFrame(list(found), {name: frame.schema[name] for name in columns}, orient="row")
    return frame.select(columns).join(others, on=columns, how="anti", nulls_equal=True)

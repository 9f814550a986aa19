"""Rows of a small frame for a loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl


def rows_of(frame: pl.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows of these columns. A select would hand its work to other threads, which takes longer than a few rows do."""
    return zip(*(frame.get_column(column).to_list() for column in columns), strict=True)

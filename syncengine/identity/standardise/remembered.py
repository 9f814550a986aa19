"""A few rows read before: resolving one record standardises its neighbours again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

MOST = 5_000  # rows that a memory holds
Row = tuple[Any, ...]


class Memory:
    """What was made of rows, by their values. Nothing else decides it, so it needs forgetting but for room."""

    def __init__(self) -> None:
        self.known: dict[Row, Row] = {}
        self.schema: dict[str, Any] = {}

    def recall(self, rows: pl.DataFrame, make: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
        """What `make` makes of the rows, one row each, asked only for those whose values are new.

        The record's id is no value: it tells rows apart while they are made.
        """
        given = [_hashable(row) for row in rows.drop("record_id").iter_rows()]
        # Another thread may make room meanwhile: what is found is held here.
        known = {values: found for values in given if (found := self.known.get(values)) is not None}
        fresh = {values: n for n, values in enumerate(given) if values not in known}
        if fresh:
            made = make(rows[sorted(fresh.values())])
            self.schema.update(made.schema)
            known |= zip(sorted(fresh, key=fresh.__getitem__), made.iter_rows(), strict=True)
            self._keep(known)
        return pl.DataFrame([known[values] for values in given], schema=self.schema, orient="row")

    def _keep(self, known: dict[Row, Row]) -> None:
        if len(self.known) + len(known) > MOST:
            self.known.clear()
        self.known.update(known)


def _hashable(row: Row) -> Row:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)

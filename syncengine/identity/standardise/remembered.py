"""A few records standardised before: resolving one record standardises its neighbours again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

MOST = 5_000  # records that a process remembers
Row = tuple[Any, ...]
_KNOWN: dict[Row, Row] = {}


def remembered(records: pl.DataFrame, standardise: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """What `standardise` makes of the records, asked only for those whose values are new.

    Standardising depends on a record's values alone, so nothing needs to be forgotten but for room.
    """
    told = [_hashable(row) for row in records.drop("record_id").iter_rows()]
    # Another thread may make room meanwhile: what is found is held here.
    known = {values: found for values in told if (found := _KNOWN.get(values)) is not None}
    fresh = {values: n for n, values in enumerate(told) if values not in known}
    if fresh:
        made = standardise(records[sorted(fresh.values())])
        _SCHEMA.update(made.schema)
        known |= zip(sorted(fresh, key=fresh.__getitem__), made.drop("record_id").iter_rows(), strict=True)
        _keep(known)
    rows = [(record, *known[values]) for record, values in zip(records["record_id"], told, strict=True)]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


_SCHEMA: dict[str, Any] = {}


def _hashable(row: Row) -> Row:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


def _keep(known: dict[Row, Row]) -> None:
    if len(_KNOWN) + len(known) > MOST:
        _KNOWN.clear()
    _KNOWN.update(known)

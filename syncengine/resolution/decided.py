"""People's open decisions as pairs of records, for the partition."""

from __future__ import annotations

import polars as pl

from accounts.frames import read

SCHEMA: dict[str, pl.DataType] = {
    "record_l": pl.Int64(),
    "record_r": pl.Int64(),
    "kind": pl.String(),
}


def open_decisions() -> pl.DataFrame:
    """Every cross pair an open decision binds; the smaller record id stands left."""
    return read(
        "SELECT DISTINCT least(l, r), greatest(l, r), d.kind FROM syncengine_decision d, "
        "unnest(d.records_l) l, unnest(d.records_r) r "
        "WHERE d.closed_at IS NULL AND d.kind IN ('same', 'different') AND l <> r",
        SCHEMA,
    )

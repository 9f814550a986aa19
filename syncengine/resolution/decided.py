"""What people and guards have bound: decisions and holds as pairs of records."""

from __future__ import annotations

import polars as pl

from accounts.frames import read

SCHEMA: dict[str, pl.DataType] = {
    "record_l": pl.Int64(),
    "record_r": pl.Int64(),
    "kind": pl.String(),
}
NOTHING = pl.DataFrame(schema=SCHEMA)  # is bound
# A relation says that two companies are not one; a hold keeps them apart until somebody has looked.
APART = ("different", "related", "held")


def open_bindings() -> pl.DataFrame:
    """Every cross pair an open decision or hold binds; the smaller record id stands left."""
    return read(
        "SELECT DISTINCT least(l, r), greatest(l, r), d.kind FROM ("
        "SELECT records_l, records_r, kind FROM syncengine_decision WHERE closed_at IS NULL AND NOT pending "
        "UNION ALL SELECT records_l, records_r, 'held' FROM syncengine_hold WHERE state = 'open') d, "
        "unnest(d.records_l) l, unnest(d.records_r) r WHERE l <> r",
        SCHEMA,
    )


def binding(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs as the partition takes them: same, or different for whatever reason."""
    if not pairs.height:
        return pairs
    told = pairs.filter(pl.col("kind").is_in(["same", *APART]))
    kind = pl.when(pl.col("kind") == "same").then(pl.lit("same")).otherwise(pl.lit("different"))
    return told.with_columns(kind=kind).unique()

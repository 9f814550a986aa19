"""What waits for a round of the publish lane: read as a whole before, and cleared exactly as it was read."""

from __future__ import annotations

import polars as pl

from accounts.catalogue import load
from accounts.frames import execute, read, stage
from accounts.golden.shape import DOCUMENT_ORDER
from syncengine.landing import POLICY_CAUSE

ROUND_ROWS = 250_000  # dirty documents a round takes on, so that an event slips in between rounds
POLICY_ROWS = 100_000
GOLDEN_DIRTY = "SELECT id, object, record_id, stream_id, cause FROM syncengine_dirty WHERE object < 5"
CODE = {spec.name: spec.code for spec in load()}
DIRTY: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "object": pl.Int16(),
    "record_id": pl.Int64(),
    "stream_id": pl.Int16(),
    "cause": pl.String(),
}


def read_dirty() -> pl.DataFrame:
    """Golden objects first and whole; then documents, parents before lines, as many as a round takes."""
    golden = pl.concat(
        [
            read(f"{GOLDEN_DIRTY} AND cause NOT LIKE '{POLICY_CAUSE}%'", DIRTY),
            # A changed rule may concern every customer: whole clusters in stretches, so that a kill loses one.
            read(f"{GOLDEN_DIRTY} AND cause LIKE '{POLICY_CAUSE}%' ORDER BY object, id LIMIT {POLICY_ROWS}", DIRTY),
        ]
    )
    if golden.height >= ROUND_ROWS:
        return golden
    places = ", ".join(f"({CODE[name]}, {place})" for place, name in enumerate(DOCUMENT_ORDER))
    documents = read(
        f"SELECT d.id, d.object, d.record_id, d.stream_id, d.cause FROM syncengine_dirty d "
        f"JOIN (VALUES {places}) o (object, place) ON o.object = d.object ORDER BY o.place, d.id LIMIT {ROUND_ROWS}",
        DIRTY,
    )
    return pl.concat([golden, documents])


def dirty_of(dirty: pl.DataFrame, name: str) -> pl.DataFrame:
    """The dirty rows of one object."""
    return dirty.filter(pl.col("object") == CODE[name])


def records_of(dirty: pl.DataFrame, name: str) -> pl.Series:
    """The dirty records of one object, each once, in order."""
    return dirty_of(dirty, name)["record_id"].unique().sort()


def clear_dirty(dirty: pl.DataFrame) -> None:
    """Exactly the rows that were read: whatever came meanwhile stays dirty."""
    stage("cleared_rows", {"id": "bigint"}, dirty.select("id"))
    execute("DELETE FROM syncengine_dirty d USING cleared_rows c WHERE d.id = c.id")

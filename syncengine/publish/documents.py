"""Publishing documents: what landed is mapped again from its payload and written with its references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from accounts.catalogue import load
from accounts.frames import read, stage
from accounts.golden.changes import Cause
from accounts.golden.documents import Written, publish_documents, tombstone_documents

from syncengine.mapping import compile_stream, map_rows, rows_from_payloads
from syncengine.models import Stream
from syncengine.policies import PolicySet
from syncengine.publish.rates import with_base_amounts

LANDED: dict[str, pl.DataType] = {
    "record_id": pl.Int64(),
    "key": pl.String(),
    "deleted_at": pl.Datetime("us", "UTC"),
    "body": pl.String(),
}


def publish_stream(
    stream: Stream, record_ids: pl.Series, policies: PolicySet, *, cause: Cause, today: date
) -> Written:
    """Write the documents that these source records of one stream state, and bury those that are gone."""
    landed = read_landed(record_ids)
    alive = landed.filter(pl.col("deleted_at").is_null() & pl.col("body").is_not_null())
    written = Written()
    if alive.height:
        written = publish_documents(stream.object, _frame(stream, alive, policies, today), cause=cause)
    gone = landed.filter(pl.col("deleted_at").is_not_null())
    if gone.height:
        source = pl.lit(stream.source_id, pl.Int16).alias("source_id")
        buried = tombstone_documents(stream.object, gone.with_columns(source), cause=cause)
        written = Written(written.inserted, written.updated + buried)
    return written


def read_landed(record_ids: pl.Series) -> pl.DataFrame:
    """The latest landed state of these source records, payload included."""
    stage("landed_records", {"record_id": "bigint"}, pl.DataFrame({"record_id": record_ids}))
    return read(
        "SELECT r.id, r.key, r.deleted_at, p.body FROM landed_records s JOIN syncengine_sourcerecord r ON r.id = s.record_id "
        "LEFT JOIN syncengine_payload p ON p.record_id = r.id AND p.landed_at = r.changed_at",
        LANDED,
    )


def _frame(stream: Stream, landed: pl.DataFrame, policies: PolicySet, today: date) -> pl.DataFrame:
    plan = compile_stream(policies.stream(stream.source.name, stream.name), load())
    mapped = map_rows(rows_from_payloads(landed["body"]), plan)[0].rows
    frame = with_base_amounts(stream.object, mapped, policies.reference, today=today)
    return frame.with_columns(
        source_id=pl.lit(stream.source_id, pl.Int16), deleted_at=pl.lit(None, pl.Datetime("us", "UTC"))
    )


def by_stream(dirty: pl.DataFrame) -> Mapping[int, pl.Series]:
    """Record ids of dirty documents, stream by stream."""
    return {
        int(key[0]): group["record_id"].unique().sort()
        for key, group in dirty.group_by(["stream_id"], maintain_order=True)
    }

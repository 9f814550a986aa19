"""Landing: what a source said becomes source records with payloads; what has not changed is left alone.

Grain: one source record a (stream, key). A row that is refused leaves the accepted state as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl

from accounts.frames import FEW_ROWS, copy_in, copy_new, execute, read, rows, stage

LANDING = "landing_rows"
KNOWN: dict[str, pl.DataType] = {
    "key": pl.String(),
    "record_id": pl.Int64(),
    "known_digest": pl.String(),
    "known_modified_at": pl.Datetime("us", "UTC"),
    "known_gone": pl.Boolean(),
}
TOLD = "SELECT k.key, r.id, replace(r.digest::text, '-', ''), r.modified_at, r.deleted_at IS NOT NULL"
OF_STREAM = "ON r.stream_id = %s AND r.key = k.key"
STORED = {
    "stream_id": "smallint", "key": "text", "digest": "uuid", "source_version": "text", "modified_at": "timestamptz",
    "first_seen_at": "timestamptz", "changed_at": "timestamptz", "deleted_at": "timestamptz", "run_id": "bigint",
}  # fmt: skip

# No payload has this digest, so the next reading takes every row for a changed one.
UNKNOWN = UUID(int=0)
# Identity has nothing to say about these: the lane weighs their clusters anew, or only the reasons of some fields.
POLICY_CAUSE = "policy"
REASONS_CAUSE = "policy, reasons of "


@dataclass(frozen=True, slots=True)
class Landing:
    """Where and under which run rows land."""

    stream_id: int
    run_id: int
    now: datetime


def known_records(stream_id: int, keys: pl.Series) -> pl.DataFrame:
    """What is known already of these keys."""
    stage("landing_keys", {"key": "text"}, pl.DataFrame({"key": keys.drop_nulls().unique().sort()}))
    return read(f"{TOLD} FROM landing_keys k JOIN syncengine_sourcerecord r {OF_STREAM}", KNOWN, [stream_id])


def unlike_known(stream_id: int, told: pl.DataFrame) -> pl.DataFrame:
    """Of rows (`key`, `digest`), each key once, those that are new, gone or say something else, with what is known.

    Asked in the database: of a full listing in which little has changed, little comes back.
    """
    if not _any_known(stream_id):
        return told.select("key").join(pl.DataFrame(schema=KNOWN), on="key", how="left")  # all are new
    stage("landing_keys", {"key": "text", "digest": "uuid"}, told.sort("key"))
    return read(
        f"{TOLD} FROM landing_keys k LEFT JOIN syncengine_sourcerecord r {OF_STREAM} "
        "WHERE r.id IS NULL OR r.deleted_at IS NOT NULL OR r.digest <> k.digest",
        KNOWN,
        [stream_id],
    )


def store(landed: pl.DataFrame, at: Landing) -> pl.DataFrame:
    """Write accepted rows (`key`, `record_id` where known, `digest`, `source_version`, `modified_at`, `deleted`,
    `payload`); returns (key, record_id)."""
    moment = pl.lit(at.now).dt.convert_time_zone("UTC")
    ready = landed.sort("key").with_columns(
        stream_id=pl.lit(at.stream_id, pl.Int16),
        first_seen_at=moment,
        changed_at=moment,
        deleted_at=pl.when("deleted").then(moment),
        run_id=pl.lit(at.run_id),
    )
    ids = _insert(ready) if ready["record_id"].null_count() == ready.height > FEW_ROWS else None
    ids = _upsert(ready) if ids is None else ids
    bodies = ready.drop("record_id").join(ids, on="key")
    copy_in("syncengine_payload", bodies.select(landed_at="changed_at", record_id="record_id", body="payload"))
    return ids


def _any_known(stream_id: int) -> bool:
    return bool(rows("SELECT 1 FROM syncengine_sourcerecord WHERE stream_id = %s LIMIT 1", [stream_id]))


def _insert(ready: pl.DataFrame) -> pl.DataFrame | None:
    """New rows are copied straight in; None where an event has brought one of them meanwhile."""
    query = "SELECT nextval('syncengine_sourcerecord_id_seq') FROM generate_series(1, %s)"
    named = ready.with_columns(id=read(query, {"id": pl.Int64()}, [ready.height])["id"].sort())
    if not copy_new("syncengine_sourcerecord", named.select("id", *STORED)):
        return None
    return named.select("key", record_id="id")


def _upsert(ready: pl.DataFrame) -> pl.DataFrame:
    stage(LANDING, STORED, ready)
    columns = ", ".join(STORED)
    execute(
        f"INSERT INTO syncengine_sourcerecord AS r ({columns}) SELECT {columns} FROM {LANDING} ORDER BY key "
        "ON CONFLICT (stream_id, key) DO UPDATE SET digest = excluded.digest, "
        "source_version = excluded.source_version, modified_at = excluded.modified_at, "
        "changed_at = excluded.changed_at, deleted_at = excluded.deleted_at, run_id = excluded.run_id "
        "WHERE r.modified_at IS NULL OR excluded.modified_at IS NULL OR excluded.modified_at >= r.modified_at"
    )
    return read(
        f"SELECT s.key, r.id FROM {LANDING} s JOIN syncengine_sourcerecord r "
        "ON r.stream_id = s.stream_id AND r.key = s.key AND r.changed_at = s.changed_at",
        {"key": pl.String(), "record_id": pl.Int64()},
    )


def absent_records(stream_id: int, seen: pl.Series) -> tuple[pl.DataFrame, int]:
    """(key, record_id) of live records a complete listing did not name, and how many are live."""
    stage("listed_keys", {"key": "text"}, pl.DataFrame({"key": seen.unique().sort()}))
    gone = read(
        "SELECT r.key, r.id FROM syncengine_sourcerecord r WHERE r.stream_id = %s AND r.deleted_at IS NULL "
        "AND NOT EXISTS (SELECT FROM listed_keys l WHERE l.key = r.key)",
        {"key": pl.String(), "record_id": pl.Int64()},
        [stream_id],
    )
    return gone, count_live(stream_id)


def count_live(stream_id: int) -> int:
    """How many records of the stream are known and not gone."""
    return int(
        rows(
            "SELECT count(*) FROM syncengine_sourcerecord WHERE stream_id = %s AND deleted_at IS NULL",
            [stream_id],
        )[0][0]
    )


def bury(gone: pl.DataFrame, at: Landing) -> None:
    """Turn these records (record_id) into tombstones; payload and membership stay."""
    stage("gone_records", {"record_id": "bigint"}, gone)
    execute(
        "UPDATE syncengine_sourcerecord r SET deleted_at = %s, changed_at = %s, run_id = %s "
        "FROM gone_records g WHERE r.id = g.record_id AND r.deleted_at IS NULL",
        [at.now, at.now, at.run_id],
    )


def mark_dirty(object_code: int, record_ids: pl.Series, *, stream_id: int | None, cause: str, now: datetime) -> None:
    """Queue records for the publish lane, in the transaction that changed them."""
    if not record_ids.len():
        return
    copy_in(
        "syncengine_dirty",
        pl.DataFrame({"record_id": record_ids}).select(
            pl.lit(object_code, pl.Int16).alias("object"),
            "record_id",
            pl.lit(stream_id, pl.Int16).alias("stream_id"),
            pl.lit(cause).alias("cause"),
            pl.lit(now).dt.convert_time_zone("UTC").alias("landed_at"),
        ),
    )


LANDED: dict[str, pl.DataType] = {
    "record_id": pl.Int64(),
    "key": pl.String(),
    "deleted_at": pl.Datetime("us", "UTC"),
    "body": pl.String(),
}


def read_landed(record_ids: pl.Series) -> pl.DataFrame:
    """The latest landed state of these source records, payload included."""
    stage("landed_records", {"record_id": "bigint"}, pl.DataFrame({"record_id": record_ids}))
    return read(
        "SELECT r.id, r.key, r.deleted_at, p.body FROM landed_records s "
        "JOIN syncengine_sourcerecord r ON r.id = s.record_id "
        "LEFT JOIN syncengine_payload p ON p.record_id = r.id AND p.landed_at = r.changed_at",
        LANDED,
    )

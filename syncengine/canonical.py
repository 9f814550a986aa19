"""Canonical rows in and out: one typed row a source record of the objects that several systems describe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from psycopg import sql

from accounts.catalogue import FieldSpec, ObjectSpec, load
from accounts.frames import copy_in, execute, identifiers, read, rows, stage
from syncengine.echoes import own_words
from syncengine.records import CANONICAL_TYPES, INSTANT

STAGE = "stage_canonical"
HEAD: dict[str, pl.DataType] = {
    "record_id": pl.Int64(),
    "source": pl.Int16(),
    "key": pl.String(),
    "observed": pl.Datetime("us", "UTC"),
    "live": pl.Boolean(),
}
# What survivorship weighs beside the values: fields that broke a rule, and each field's own clock.
TRUST: dict[str, pl.DataType] = {"invalid": pl.List(pl.Int16()), "clocks": pl.List(INSTANT)}
# The one reference of an object that canonical rows carry as a key: to a parent, or to the customer.
REFERENCE = {"account": "parent_key", "contact": "account_key", "address": "account_key", "product": None}


def table(name: str) -> str:
    """Canonical table of a golden object."""
    return f"syncengine_canonical{name}"


def value_columns(spec: ObjectSpec) -> list[str]:
    """Value columns of a golden object's canonical rows."""
    return [field.name for field in spec.fields.values() if field.type != "reference"]


def read_canonical(
    name: str, where: str = "true", *, columns: list[str] | None = None, echoes: bool = False
) -> pl.DataFrame:
    """Canonical rows as a frame: HEAD, the values, and the key or crosswalk id of what they refer to.

    What we wrote into the source ourselves gives way to its own words, unless `echoes` asks for it.
    """
    spec = load()[name]
    wanted = [c for c in value_columns(spec) if columns is None or c in columns]
    schema = HEAD | {c: CANONICAL_TYPES[spec.fields[c].type] for c in wanted}
    picks = [_pick(spec.fields[c]) for c in wanted]
    for extra, kind in TRUST.items():
        if columns is None or extra in columns:
            schema, picks = schema | {extra: kind}, [*picks, sql.Identifier(extra)]
    if name == "account" and columns is None:
        schema, picks = schema | {"parent_key": pl.String()}, [*picks, sql.Identifier("parent_key")]
    if name in ("contact", "address"):
        schema, picks = schema | {"account_ref": pl.Int64()}, [*picks, sql.Identifier("account_ref_id")]
    query = sql.SQL(
        "SELECT crosswalk_id, source_id, key, greatest(coalesce(modified_at, observed_at), published_at), live, {} "
        "FROM {} c WHERE "
    ).format(sql.SQL(", ").join(picks), sql.Identifier(table(name)))
    found = read(query + sql.SQL(where), schema)
    return found if echoes else own_words(name, found)


def _pick(field: FieldSpec) -> sql.Composable:
    """A value as it is read; a field that is only planned has no column, so it says nothing yet."""
    if not field.stored:
        return sql.SQL("NULL")
    return sql.SQL("to_json({})" if field.type == "tags" else "{}").format(sql.Identifier(field.name))


def write_canonical(name: str, frame: pl.DataFrame, *, stream_id: int, now: datetime) -> None:
    """Insert or replace the rows of these records: `record_id`, `source_id`, `key`, values, references.

    An older state never replaces a newer one; the source's own modification time decides.
    """
    target = table(name)
    ready = _columns(name, frame, stream_id, now)
    if not _any_known(target, ready):
        copy_in(target, ready)
        return
    execute(f"DROP TABLE IF EXISTS {STAGE}")
    execute(f"CREATE TEMP TABLE {STAGE} (LIKE {target}) ON COMMIT DROP")
    copy_in(STAGE, ready)
    execute(_upsert(target, ready.columns))


def _columns(name: str, frame: pl.DataFrame, stream_id: int, now: datetime) -> pl.DataFrame:
    reference = REFERENCE[name]
    wanted = [c for c in value_columns(load()[name]) if c in frame.columns]
    extra = [c for c in (reference, "account_ref_id", "published_at", *TRUST) if c and c in frame.columns]
    return frame.select(
        pl.col("record_id").alias("crosswalk_id"),
        "source_id",
        pl.lit(stream_id).alias("stream_id"),
        "key",
        "source_version",
        "modified_at",
        pl.lit(now).dt.convert_time_zone("UTC").alias("observed_at"),
        pl.lit(True).alias("live"),
        *wanted,
        *extra,
    )


def _any_known(target: str, ready: pl.DataFrame) -> bool:
    """Whether any of these records is there already; a first load copies straight in."""
    if not rows(f"SELECT 1 FROM {target} LIMIT 1"):
        return False
    span = [ready["crosswalk_id"].min(), ready["crosswalk_id"].max()]
    return bool(rows(f"SELECT 1 FROM {target} WHERE crosswalk_id BETWEEN %s AND %s LIMIT 1", span))


def _upsert(target: str, columns: list[str]) -> sql.Composed:
    assign = sql.SQL(", ").join(
        sql.SQL("{} = excluded.{}").format(sql.Identifier(c), sql.Identifier(c)) for c in columns[1:]
    )
    return sql.SQL(
        "INSERT INTO {} AS c ({}) SELECT {} FROM {} ORDER BY crosswalk_id ON CONFLICT (crosswalk_id) DO UPDATE SET {} "
        "WHERE c.modified_at IS NULL OR excluded.modified_at IS NULL OR excluded.modified_at >= c.modified_at"
    ).format(sql.Identifier(target), identifiers(columns), identifiers(columns), sql.Identifier(STAGE), assign)


def bury(name: str, ids_table: str) -> int:
    """Canonical rows of the records in a staged table (record_id) compete no more."""
    return execute(
        f"UPDATE {table(name)} c SET live = false FROM {ids_table} s WHERE c.crosswalk_id = s.record_id AND c.live"
    )


def children_waiting(keys: pl.DataFrame) -> pl.Series:
    """Records that name one of these (source_id, key) as their parent while their customer still has none."""
    if not rows("SELECT 1 FROM accounts_account LIMIT 1"):
        return pl.Series([], dtype=pl.Int64)
    stage("parent_candidates", {"source_id": "smallint", "key": "text"}, keys)
    return read(
        "SELECT c.crosswalk_id FROM syncengine_canonicalaccount c "
        "JOIN parent_candidates k ON k.source_id = c.source_id AND k.key = c.parent_key "
        "JOIN accounts_accountcrosswalk x ON x.id = c.crosswalk_id "
        "JOIN accounts_account a ON a.id = x.account_id WHERE a.parent_id IS NULL",
        {"record_id": pl.Int64()},
    )["record_id"]


def find_records(name: str, source_id: int, keys: Sequence[str]) -> pl.Series:
    """Record ids of these keys of a source, as far as they are known."""
    return read(
        f"SELECT crosswalk_id FROM {table(name)} WHERE source_id = %s AND key = ANY(%s)",
        {"record_id": pl.Int64()},
        [source_id, list(keys)],
    )["record_id"]

"""Publishing documents and lines: resolve what they refer to, then insert or update them in sets.

Grain of every statement here: one row a document of one source, found by (source, key).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from psycopg import sql

from accounts.frames import copy_in, execute, identifiers
from accounts.golden.changes import Cause, keep_before, update_from
from accounts.golden.crosswalk import announce_from
from accounts.golden.shape import HEAD, DocumentShape, crosswalk_of, document_shape, table_of, waiting_for
from accounts.golden.touched import touch

STAGE, READY = "stage_document", "ready_document"
SAME = sql.SQL("t.source_id = s.source_id AND t.key = s.key")


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows a publish inserted and updated."""

    inserted: int = 0
    updated: int = 0


def publish_documents(name: str, frame: pl.DataFrame, *, cause: Cause) -> Written:
    """Write one object's rows. `frame` has source_id, key, deleted_at, values, rate and `<reference>_key`."""
    shape = document_shape(name)
    _stage(shape, frame)
    for _, to in shape.golden:
        announce_from(STAGE, to, [f"{field}_key" for field, target in shape.golden if target == to])
    _resolve(shape)
    keep_before(shape.table, READY, SAME, shape.columns, object_code=shape.spec.code, cause=cause)
    _touch(shape)
    updated = update_from(shape.table, READY, SAME, shape.columns, at_column="published_at", at=cause.at)
    inserted = _insert(shape, cause)
    if inserted:
        _wake_waiting(name, shape)
    return Written(inserted, updated)


def tombstone_documents(name: str, frame: pl.DataFrame, *, cause: Cause) -> int:
    """Mark rows as gone at the source: (source_id, key, deleted_at). Values and links stay."""
    shape = document_shape(name)
    execute(f"DROP TABLE IF EXISTS {READY}")
    execute(f"CREATE TEMP TABLE {READY} (source_id smallint, key text, deleted_at timestamptz) ON COMMIT DROP")
    copy_in(READY, frame.select("source_id", "key", "deleted_at"))
    keep_before(shape.table, READY, SAME, ["deleted_at"], object_code=shape.spec.code, cause=cause)
    if shape.has_account:
        touch(_joined(shape, "SELECT t.account_id FROM {} t JOIN {} s ON {}"))
    for field, to in shape.documents if shape.spec.kind == "line" else ():
        if document_shape(to).has_account:
            _touch_buried(shape, field, to)
    return update_from(shape.table, READY, SAME, ["deleted_at"], at_column="published_at", at=cause.at)


def _touch_buried(shape: DocumentShape, field: str, to: str) -> None:
    touch(
        sql.SQL("SELECT p.account_id FROM {} t JOIN {} s ON {} JOIN {} p ON p.id = t.{}").format(
            sql.Identifier(shape.table),
            sql.Identifier(READY),
            SAME,
            sql.Identifier(document_shape(to).table),
            sql.Identifier(f"{field}_id"),
        )
    )


def _joined(shape: DocumentShape, text: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(shape.table), sql.Identifier(READY), SAME)


def _stage(shape: DocumentShape, frame: pl.DataFrame) -> None:
    own = [
        *HEAD,
        *shape.values,
        *(["rate"] if shape.base else []),
        *(f"{field}_key" for field, _ in shape.documents),
    ]
    execute(f"DROP TABLE IF EXISTS {STAGE}")
    execute(
        sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            sql.Identifier(STAGE), identifiers(own), sql.Identifier(shape.table)
        )
    )
    foreign = [f"{field}_key" for field, _ in shape.golden]
    for column in foreign:
        execute(sql.SQL("ALTER TABLE {} ADD {} text").format(sql.Identifier(STAGE), sql.Identifier(column)))
    copy_in(STAGE, frame.select([name for name in (*own, *foreign) if name in frame.columns]))
    joined = ["source_id", *foreign, *(f"{field}_key" for field, _ in shape.documents)]
    execute(sql.SQL("ANALYZE {} ({})").format(sql.Identifier(STAGE), identifiers(joined)))


def _alias(field: str) -> sql.Identifier:
    return sql.Identifier(f"r_{field}")


def _pick(field: str, column: str) -> sql.Composed:
    return sql.SQL("{}.id AS {}").format(_alias(field), sql.Identifier(column))


def _lookup(field: str, table: str) -> sql.Composed:
    alias = _alias(field)
    return sql.SQL("LEFT JOIN {} {} ON {}.source_id = s.source_id AND {}.key = s.{}").format(
        sql.Identifier(table), alias, alias, alias, sql.Identifier(f"{field}_key")
    )


def _resolve(shape: DocumentShape) -> None:
    """One row a staged document, every reference looked up by (source, key)."""
    picks: list[sql.Composable] = [
        sql.SQL("s.{}").format(sql.Identifier(column))
        for column in (*HEAD, *shape.values, *(["rate"] if shape.base else []))
    ]
    joins: list[sql.Composable] = []
    for field, to in shape.golden:
        picks.append(_pick(field, f"{field}_ref_id"))
        picks += [sql.SQL("{}.account_id").format(_alias(field))] if field == "account" else []
        joins.append(_lookup(field, crosswalk_of(to)))
    for field, to in shape.documents:
        picks += [_pick(field, f"{field}_id"), sql.SQL("s.{}").format(sql.Identifier(f"{field}_key"))]
        joins.append(_lookup(field, table_of(to)))
    execute(f"DROP TABLE IF EXISTS {READY}")
    execute(
        sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} s {}").format(
            sql.Identifier(READY), sql.SQL(", ").join(picks), sql.Identifier(STAGE), sql.SQL(" ").join(joins)
        )
    )
    execute(f"ANALYZE {READY} (source_id, key)")


def _touch(shape: DocumentShape) -> None:
    """Both the customers the rows belonged to and those they belong to now; a line touches its parent's."""
    if shape.has_account:
        touch(_joined(shape, "SELECT t.account_id FROM {} t JOIN {} s ON {}"))
        touch(sql.SQL("SELECT account_id FROM {}").format(sql.Identifier(READY)))
    for field, to in shape.documents:
        if shape.spec.kind == "line" or field in ("opportunity", "invoice"):
            _touch_owner(field, to)


def _touch_owner(field: str, to: str) -> None:
    """The customers of the documents that the rows are part of or follow from."""
    owner = document_shape(to)
    if owner.has_account:
        touch(
            sql.SQL("SELECT p.account_id FROM {} s JOIN {} p ON p.id = s.{}").format(
                sql.Identifier(READY), sql.Identifier(owner.table), sql.Identifier(f"{field}_id")
            )
        )


def _insert(shape: DocumentShape, cause: Cause) -> int:
    columns = identifiers([*HEAD[:2], *shape.columns])
    return execute(
        sql.SQL(
            "INSERT INTO {} ({}, published_at) SELECT {}, %s FROM {} s "
            "WHERE NOT EXISTS (SELECT FROM {} t WHERE {}) ORDER BY s.source_id, s.key ON CONFLICT DO NOTHING"
        ).format(
            sql.Identifier(shape.table),
            columns,
            columns,
            sql.Identifier(READY),
            sql.Identifier(shape.table),
            SAME,
        ),
        [cause.at],
    )


def _wake_waiting(name: str, shape: DocumentShape) -> None:
    """Rows that named one of these documents before it arrived find it now."""
    for table, field in waiting_for(name):
        execute(
            sql.SQL(
                "UPDATE {} w SET {} = t.id FROM {} t JOIN {} s ON {} "
                "WHERE w.{} IS NULL AND w.{} = t.key AND w.source_id = t.source_id"
            ).format(
                sql.Identifier(table),
                sql.Identifier(f"{field}_id"),
                sql.Identifier(shape.table),
                sql.Identifier(READY),
                SAME,
                sql.Identifier(f"{field}_id"),
                sql.Identifier(f"{field}_key"),
            )
        )

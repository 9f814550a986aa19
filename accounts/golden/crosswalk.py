"""Membership: keys heard of, records linked to their golden records, and documents that follow."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from psycopg import sql

from accounts.frames import FEW_ROWS, copy_new, execute, read, rows, stage
from accounts.golden.changes import Cause
from accounts.golden.shape import (
    CROSSWALK_CODE,
    DOCUMENT_ORDER,
    crosswalk_of,
    document_shape,
    load,
)
from accounts.golden.touched import touch

LINKS, MOVED = "stage_links", "moved_records"


def announce(name: str, keys: pl.DataFrame) -> pl.DataFrame:
    """Crosswalk ids (source_id, key, record_id) of these (source_id, key), new ones made where unheard of."""
    wanted = keys.select("source_id", "key").unique().sort("source_id", "key")
    found = _heard_of(name, wanted)
    unheard = wanted.join(found, on=["source_id", "key"], how="anti", maintain_order="left")
    if not unheard.height:
        return found
    named = unheard.with_columns(record_id=new_ids(f"{name}crosswalk", unheard.height))
    made = _make(name, named)
    if made < named.height:  # somebody else announced some of them meanwhile
        return _heard_of(name, wanted)
    return pl.concat([found, named.select(found.columns)])


def _make(name: str, named: pl.DataFrame) -> int:
    """Crosswalk rows of new keys; how many of them nobody else has made meanwhile."""
    if named.height > FEW_ROWS and copy_new(crosswalk_of(name), named.rename({"record_id": "id"})):
        return named.height
    stage("new_keys", {"record_id": "bigint", "source_id": "smallint", "key": "text"}, named)
    return execute(
        sql.SQL(
            "INSERT INTO {} (id, source_id, key) SELECT record_id, source_id, key FROM new_keys "
            "ORDER BY record_id ON CONFLICT DO NOTHING"
        ).format(sql.Identifier(crosswalk_of(name)))
    )


def _heard_of(name: str, keys: pl.DataFrame) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {"source_id": pl.Int16(), "key": pl.String(), "record_id": pl.Int64()}
    walk = crosswalk_of(name)
    if not rows(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(walk))):
        return pl.DataFrame(schema=schema)
    stage("stage_keys", {"source_id": "smallint", "key": "text"}, keys)
    query = sql.SQL("SELECT x.source_id, x.key, x.id FROM {} x JOIN stage_keys USING (source_id, key)")
    return read(query.format(sql.Identifier(walk)), schema)


def announce_from(staged: str, name: str, columns: Sequence[str]) -> None:
    """A crosswalk row for every key these columns of a staged table name."""
    for column in columns:
        execute(
            sql.SQL(
                "INSERT INTO {walk} (source_id, key) SELECT DISTINCT s.source_id, s.{column} FROM {staged} s "
                "WHERE s.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {walk} x "
                "WHERE x.source_id = s.source_id AND x.key = s.{column}) ORDER BY 1, 2 ON CONFLICT DO NOTHING"
            ).format(
                walk=sql.Identifier(crosswalk_of(name)),
                column=sql.Identifier(column),
                staged=sql.Identifier(staged),
            )
        )


def new_ids(name: str, count: int) -> pl.Series:
    """Fresh golden ids, ascending."""
    sequence = f"accounts_{name}_id_seq"
    query = sql.SQL("SELECT nextval({}) FROM generate_series(1, {})").format(sql.Literal(sequence), sql.Literal(count))
    return read(query, {"id": pl.Int64()})["id"].sort() if count else pl.Series("id", [], dtype=pl.Int64)


def link(name: str, links: pl.DataFrame, *, cause: Cause) -> int:
    """Link records (record_id, golden_id) to golden records; documents of those that moved follow."""
    stage(LINKS, {"record_id": "bigint", "golden_id": "bigint"}, links)
    names = {"walk": sql.Identifier(crosswalk_of(name)), "golden": sql.Identifier(f"{name}_id")}
    execute(f"DROP TABLE IF EXISTS {MOVED}")
    execute(
        sql.SQL(
            "CREATE TEMP TABLE moved_records ON COMMIT DROP AS "
            "SELECT x.id AS record_id, x.{golden} AS old_id, s.golden_id AS new_id FROM {walk} x "
            "JOIN stage_links s ON s.record_id = x.id WHERE x.{golden} IS DISTINCT FROM s.golden_id"
        ).format(**names)
    )
    moved = int(rows(f"SELECT count(*) FROM {MOVED}")[0][0])
    if moved:
        _log(name, names, cause)
        execute(
            sql.SQL(
                "UPDATE {walk} x SET {golden} = m.new_id, linked_at = %s FROM moved_records m WHERE x.id = m.record_id"
            ).format(**names),
            [cause.at],
        )
    if moved and name == "account":
        _follow()
    return moved


def _log(name: str, names: dict[str, sql.Identifier], cause: Cause) -> None:
    """Who a record belonged to until now; a first link is a birth and leaves nothing."""
    execute(
        sql.SQL(
            "INSERT INTO accounts_change (changed_at, object, row_id, cause, policy_version, before) "
            "SELECT %s, %s, x.id, %s, %s, to_jsonb(x) FROM {walk} x "
            "JOIN moved_records m ON m.record_id = x.id WHERE m.old_id IS NOT NULL"
        ).format(**names),
        [cause.at, load()[name].code + CROSSWALK_CODE, cause.text, cause.policy_version],
    )


def _follow() -> None:
    """The account cache of documents whose crosswalk row moved."""
    execute(f"CREATE INDEX ON {MOVED} (record_id)")
    execute(f"ANALYZE {MOVED}")
    touch(f"SELECT old_id FROM {MOVED} UNION ALL SELECT new_id FROM {MOVED}")
    for other in DOCUMENT_ORDER:
        shape = document_shape(other)
        if shape.has_account:
            execute(
                sql.SQL(
                    "UPDATE {} t SET account_id = m.new_id FROM moved_records m "
                    "WHERE t.account_ref_id = m.record_id AND t.account_id IS DISTINCT FROM m.new_id"
                ).format(sql.Identifier(shape.table))
            )

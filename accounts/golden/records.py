"""Publishing golden records: new ones are copied in, known ones updated where a value differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from psycopg import sql

from accounts.catalogue import load
from accounts.frames import copy_in, execute, identifiers
from accounts.golden.changes import Cause, keep_before, update_from
from accounts.golden.shape import golden_values, lineage_of, table_of
from accounts.models.change import LINEAGE_CODE

STAGE, LINEAGE = "stage_golden", "stage_lineage"
MEMBERS = ("sources", "keys", "observed", "winners", "rules")
DECIDED = ("sources", "keys", "winners", "rules")  # a record that was merely looked at again decides nothing
EXTRA = {
    "account": (
        "parent_id",
        "sales_territory_id",
        "merged_into_id",
        "source_ids",
        "record_count",
        "disputed",
    ),
    "contact": ("account_id", "merged_into_id", "source_ids", "record_count"),
    "address": ("account_id", "merged_into_id", "source_ids", "record_count"),
    "product": ("merged_into_id", "source_ids", "record_count"),
}


@dataclass(frozen=True, slots=True)
class Published:
    """How many golden records a publish made and changed."""

    created: int
    changed: int


def publish_golden(name: str, frame: pl.DataFrame, *, cause: Cause) -> Published:
    """Write golden records: `id`, `is_new`, values, the object's extra columns, and lineage arrays."""
    columns = [column for column in (*golden_values(name), *EXTRA[name]) if column in frame.columns]
    new, known = frame.filter("is_new"), frame.filter(~pl.col("is_new"))
    if new.height:
        _insert(name, new, columns, cause)
    changed = _update(name, known, columns, cause) if known.height else 0
    return Published(new.height, changed)


def _insert(name: str, new: pl.DataFrame, columns: list[str], cause: Cause) -> None:
    born = pl.lit(cause.at).dt.convert_time_zone("UTC")
    copy_in(table_of(name), _stored(new, name, columns).with_columns(created_at=born, changed_at=born))
    copy_in(lineage_of(name), _lineage(new, name, cause))


def _stored(frame: pl.DataFrame, name: str, columns: list[str]) -> pl.DataFrame:
    """Columns the database requires are never missing, whatever the sources mapped."""
    needed = {"source_ids": pl.List(pl.Int16), "disputed": pl.List(pl.Int16)}
    empty = [pl.lit([], dtype=kind).alias(c) for c, kind in needed.items() if c in EXTRA[name] and c not in columns]
    return frame.select("id", *columns).with_columns(empty)


def _lineage(frame: pl.DataFrame, name: str, cause: Cause) -> pl.DataFrame:
    version = pl.lit(cause.policy_version).alias("policy_version")
    return frame.select(pl.col("id").alias(f"{name}_id"), *MEMBERS, version)


def _update(name: str, known: pl.DataFrame, columns: list[str], cause: Cause) -> int:
    table, on = table_of(name), sql.SQL("t.id = s.id")
    _stage(STAGE, table, ["id", *columns], known.select("id", *columns))
    keep_before(table, STAGE, on, columns, object_code=load()[name].code, cause=cause)
    changed = update_from(table, STAGE, on, columns, at_column="changed_at", at=cause.at)
    _update_lineage(name, known, cause)
    return changed


def _stage(stage: str, table: str, columns: list[str], frame: pl.DataFrame) -> None:
    execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(stage)))
    execute(
        sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            sql.Identifier(stage), identifiers(columns), sql.Identifier(table)
        )
    )
    copy_in(stage, frame)
    # Only what it is joined by: of forty columns a sample takes longer than many a small publish.
    execute(sql.SQL("ANALYZE {} ({})").format(sql.Identifier(stage), sql.Identifier(columns[0])))


def _update_lineage(name: str, known: pl.DataFrame, cause: Cause) -> None:
    table, owner = lineage_of(name), f"{name}_id"
    columns = [owner, *MEMBERS, "policy_version"]
    _stage(LINEAGE, table, columns, _lineage(known, name, cause))
    differs = sql.SQL("{} IS DISTINCT FROM {}").format(_row("t", DECIDED), _row("s", DECIDED))
    keep_lineage(name, LINEAGE, sql.SQL("s.{0} = t.{0} AND {1}").format(sql.Identifier(owner), differs), cause=cause)
    assign = sql.SQL(", ").join(sql.SQL("{} = s.{}").format(sql.Identifier(c), sql.Identifier(c)) for c in columns[1:])
    parts = {
        "table": sql.Identifier(table), "columns": identifiers(columns), "stage": sql.Identifier(LINEAGE),
        "owner": sql.Identifier(owner), "assign": assign, "old": _row("t", MEMBERS), "new": _row("s", MEMBERS),
    }  # fmt: skip
    execute(
        sql.SQL(
            "UPDATE {table} t SET {assign} FROM {stage} s WHERE t.{owner} = s.{owner} AND {old} IS DISTINCT FROM {new}"
        ).format(**parts)
    )
    execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {stage} s "
            "WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.{owner} = s.{owner})"
        ).format(**parts)
    )


def keep_lineage(name: str, stage: str, on: sql.Composable, *, cause: Cause) -> None:
    """Log who won by which rule until now, of the lineage t that a staged row s is about to change.

    Arrays go as text: as JSON numbers they would be six times as large.
    """
    parts = {
        "table": sql.Identifier(lineage_of(name)), "stage": sql.Identifier(stage), "on": on,
        "owner": sql.Identifier(f"{name}_id"),
        "pairs": sql.SQL(", ").join(sql.SQL("{}, t.{}::text").format(c, sql.Identifier(c)) for c in MEMBERS),
    }  # fmt: skip
    execute(
        sql.SQL(
            "INSERT INTO accounts_change (changed_at, object, row_id, cause, policy_version, before) "
            "SELECT %s, %s, t.{owner}, %s, %s, jsonb_build_object('policy_version', t.policy_version, {pairs}) "
            "FROM {table} t JOIN {stage} s ON {on}"
        ).format(**parts),
        [cause.at, load()[name].code + LINEAGE_CODE, cause.text, cause.policy_version],
    )


def _row(table: str, columns: Sequence[str]) -> sql.Composed:
    parts = sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.Identifier(table), sql.Identifier(c)) for c in columns)
    return sql.SQL("ROW({})").format(parts)


def redirect(name: str, merged: pl.DataFrame, *, cause: Cause) -> int:
    """Golden records (id, into) that live on only as a pointer to the one they were merged into."""
    table, on = table_of(name), sql.SQL("t.id = s.id")
    _stage(STAGE, table, ["id", "merged_into_id"], merged.select("id", pl.col("into").alias("merged_into_id")))
    keep_before(table, STAGE, on, ["merged_into_id"], object_code=load()[name].code, cause=cause)
    changed = update_from(table, STAGE, on, ["merged_into_id"], at_column="changed_at", at=cause.at)
    if name == "account" and merged.height:
        _follow_parents(cause)
    return changed


def _follow_parents(cause: Cause) -> None:
    """Children of a customer that was merged belong to its survivor."""
    execute("DROP TABLE IF EXISTS stage_children")
    execute(
        "CREATE TEMP TABLE stage_children ON COMMIT DROP AS SELECT c.id, nullif(s.merged_into_id, c.id) AS parent_id "
        f"FROM accounts_account c JOIN {STAGE} s ON s.id = c.parent_id"
    )
    on, code = sql.SQL("t.id = s.id"), load()["account"].code
    keep_before("accounts_account", "stage_children", on, ["parent_id"], object_code=code, cause=cause)
    update_from("accounts_account", "stage_children", on, ["parent_id"], at_column="changed_at", at=cause.at)

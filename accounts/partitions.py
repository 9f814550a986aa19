"""Monthly partitions of the tables that only ever grow."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from psycopg import sql

from accounts.frames import execute, rows

PARTITION_LOCK = 7303
PARTITIONED = ("accounts_change", "syncengine_payload")


def ensure_partitions(day: date) -> list[str]:
    """Make the partitions of this month and the next where they are missing; the names of the new ones."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    months = [(first, following), (following, (following + timedelta(days=32)).replace(day=1))]
    return [name for table in PARTITIONED for start, end in months if (name := _ensure(table, start, end))]


def _ensure(table: str, start: date, end: date) -> str | None:
    """Whole or not at all, and by one process: two workers may meet a new month at the same moment."""
    name = f"{table}_{start:%Y_%m}"
    if _exists(name):
        return None
    with transaction.atomic():
        execute("SELECT pg_advisory_xact_lock(%s)", [PARTITION_LOCK])
        if _exists(name):
            return None
        _empty_rest(table, name, start, end)
    return name


def _exists(name: str) -> bool:
    # Not to_regclass: within a transaction it may still answer from before another process's commit.
    return bool(rows("SELECT 1 FROM pg_class WHERE relname = %s AND pg_table_is_visible(oid)", [name]))


def _empty_rest(table: str, name: str, start: date, end: date) -> None:
    """Rows that fell into the rest before their month existed move into the new partition."""
    parts = {
        "name": sql.Identifier(name),
        "table": sql.Identifier(table),
        "rest": sql.Identifier(f"{table}_rest"),
    }
    column = sql.Identifier("changed_at" if table == "accounts_change" else "landed_at")
    span = sql.SQL("{c} >= {a} AND {c} < {b}").format(c=column, a=sql.Literal(start), b=sql.Literal(end))
    execute(sql.SQL("CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)").format(**parts))
    execute(sql.SQL("WITH gone AS (DELETE FROM {rest} WHERE ").format(**parts) + span + sql.SQL(" RETURNING *) ")
            + sql.SQL("INSERT INTO {name} SELECT * FROM gone").format(**parts))  # fmt: skip
    execute(
        sql.SQL("ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({a}) TO ({b})").format(
            **parts, a=sql.Literal(start), b=sql.Literal(end)
        )
    )

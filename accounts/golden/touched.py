"""The customers a publish touched, kept in a temporary table until their figures have been renewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg import sql

from accounts.frames import execute, rows

TABLE = "touched_accounts"


def begin() -> None:
    """An empty set for this transaction."""
    execute(f"DROP TABLE IF EXISTS {TABLE}")
    execute(f"CREATE TEMP TABLE {TABLE} (account_id bigint) ON COMMIT DROP")


def touch(query: sql.Composed | str, params: Sequence[object] | Mapping[str, object] = ()) -> None:
    """Add the account ids a query yields."""
    body = sql.SQL(query) if isinstance(query, str) else query
    execute(sql.SQL("INSERT INTO {} ").format(sql.Identifier(TABLE)) + body, params or None)


def settle() -> int:
    """Make the set distinct and indexed; how many customers it holds."""
    execute(
        f"CREATE TEMP TABLE settled ON COMMIT DROP AS "
        f"SELECT DISTINCT account_id FROM {TABLE} WHERE account_id IS NOT NULL"
    )
    execute(f"DROP TABLE {TABLE}")
    execute(f"ALTER TABLE settled RENAME TO {TABLE}")
    execute(f"CREATE UNIQUE INDEX ON {TABLE} (account_id)")
    execute(f"ANALYZE {TABLE}")
    return int(rows(f"SELECT count(*) FROM {TABLE}")[0][0])

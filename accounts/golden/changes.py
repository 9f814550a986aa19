"""The change log: what rows were before they changed, written in the statement that finds the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from accounts.frames import execute


@dataclass(frozen=True, slots=True)
class Cause:
    """Why rows change: when, by what, under which policy version."""

    at: datetime
    text: str
    policy_version: int


def differs(columns: Sequence[str]) -> sql.Composed:
    """SQL that is true where row t differs from row s in any of the columns."""
    left = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(column)) for column in columns)
    right = sql.SQL(", ").join(sql.SQL("s.{}").format(sql.Identifier(column)) for column in columns)
    return sql.SQL("(ROW({}) IS DISTINCT FROM ROW({}))").format(left, right)


def keep_before(
    table: str, stage: str, on: sql.Composable, columns: Sequence[str], *, object_code: int, cause: Cause
) -> None:
    """Log the present state of every row of `table` that its staged row is about to change."""
    statement = sql.SQL(
        "INSERT INTO accounts_change (changed_at, object, row_id, cause, policy_version, before) "
        "SELECT %s, %s, t.id, %s, %s, to_jsonb(t) FROM {} t JOIN {} s ON {} WHERE {}"
    ).format(sql.Identifier(table), sql.Identifier(stage), on, differs(columns))
    execute(statement, [cause.at, object_code, cause.text, cause.policy_version])


def update_from(
    table: str, stage: str, on: sql.Composable, columns: Sequence[str], *, at_column: str, at: datetime
) -> int:
    """Bring the rows of `table` to their staged state where they differ; how many did."""
    pairs = sql.SQL(", ").join(
        sql.SQL("{} = s.{}").format(sql.Identifier(column), sql.Identifier(column)) for column in columns
    )
    statement = sql.SQL("UPDATE {} t SET {}, {} = %s FROM {} s WHERE {} AND {}").format(
        sql.Identifier(table), pairs, sql.Identifier(at_column), sql.Identifier(stage), on, differs(columns)
    )
    return execute(statement, [at])

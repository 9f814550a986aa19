"""How parts of a summary become rows: temporary tables in, one upsert out that leaves alone what is unchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.frames import execute, is_empty

Params = Mapping[str, Any]


def make_part(name: str, statement: str, params: Params, *, key: str = "account_id") -> None:
    """A temporary table of the statement's rows, gone at commit. The planner is told of the columns rows are found by:
    telling it of every column of a wide table would take longer than it saves."""
    execute(f"DROP TABLE IF EXISTS {name}")
    execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {statement}", params)
    execute(f"ANALYZE {name} ({key})")


def upsert(table: str, keys: Sequence[str], columns: Mapping[str, str], rows: str, params: Params) -> int:
    """Bring rows to what `rows` (FROM and after) yields, column by column; how many changed.

    Rows that say the same already are left out before the insert: a conflict would lock each, and so write it.
    """
    key_names = [key.rpartition(".")[2] for key in keys]
    names = [*key_names, *columns]
    picked = ", ".join(f"{value} AS {name}" for name, value in zip(names, [*keys, *columns.values()], strict=True))
    if is_empty(table):
        into = f"INSERT INTO {table} ({', '.join(names)})"
        return execute(f"{into} SELECT {picked} {rows} ORDER BY {', '.join(keys)}", params)
    old, new, excluded = (", ".join(f"{of}.{name}" for name in columns) for of in (table, "n", "excluded"))
    same = " AND ".join(f"{table}.{key} = n.{key}" for key in key_names)
    return execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT n.* FROM (SELECT {picked} {rows}) n WHERE NOT EXISTS "
        f"(SELECT FROM {table} WHERE {same} AND ROW({old}) IS NOT DISTINCT FROM ROW({new})) "
        f"ORDER BY {', '.join(key_names)} ON CONFLICT ({', '.join(key_names)}) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in columns)
        + f" WHERE ROW({old}) IS DISTINCT FROM ROW({excluded})",
        params,
    )

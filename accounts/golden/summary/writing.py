"""How parts of a summary become rows: temporary tables in, one upsert out that leaves alone what is unchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.frames import execute

Params = Mapping[str, Any]


def make_part(name: str, statement: str, params: Params) -> None:
    """A temporary table of the statement's rows, gone at commit."""
    execute(f"DROP TABLE IF EXISTS {name}")
    execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {statement}", params)
    execute(f"ANALYZE {name}")


def upsert(table: str, keys: Sequence[str], columns: Mapping[str, str], rows: str, params: Params) -> int:
    """Bring rows to what `rows` (FROM and after) yields, column by column; how many changed."""
    old, new = (", ".join(f"{of}.{column}" for column in columns) for of in (table, "excluded"))
    assign = ", ".join(f"{column} = excluded.{column}" for column in columns)
    names = ", ".join([*(key.rpartition(".")[2] for key in keys), *columns])
    picked = ", ".join([*keys, *columns.values()])
    conflict = ", ".join(key.rpartition(".")[2] for key in keys)
    return execute(
        f"INSERT INTO {table} ({names}) SELECT {picked} {rows} ORDER BY {', '.join(keys)} "
        f"ON CONFLICT ({conflict}) DO UPDATE SET {assign} WHERE ROW({old}) IS DISTINCT FROM ROW({new})",
        params,
    )

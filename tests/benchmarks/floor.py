"""The floor of a load: plain COPY of the very rows it left behind, with their indexes, keys and ANALYZE.

What the pipeline takes beyond this is its own; figures are quoted as a ratio to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from django.db import connection

from accounts.frames import execute, rows

TABLES = (
    "accounts_account", "accounts_accountcrosswalk", "accounts_accountlineage", "accounts_accountsearch",
    "accounts_accountsummary", "accounts_accountmonths", "accounts_accountfigures", "accounts_entityfigures",
    "accounts_accounthealth", "accounts_healthday", "accounts_identifier", "syncengine_sourcerecord",
    "syncengine_canonicalaccount",
    "syncengine_matchrecord", "syncengine_matchkey", "syncengine_matchpair", "syncengine_anchor",
    "syncengine_stewardtask",
    "accounts_address", "accounts_addresscrosswalk", "accounts_addresslineage", "syncengine_canonicaladdress",
)  # fmt: skip

NAMING = ("key", "subject")  # texts that a row is known by: each turn has others


@dataclass(frozen=True, slots=True)
class Floor:
    """Seconds and rows a table, in all with the closing checkpoint, and the bytes they take with their indexes."""

    tables: dict[str, tuple[int, float]]
    seconds: float
    bytes: int


def measure_floor(folder: Path, times: int = 1) -> Floor:
    """Copy every table into a schema of its own, index it and check its keys; only the way in counts.

    `times` over, each time with other ids and keys, for a size that was not loaded.
    """
    execute("DROP SCHEMA IF EXISTS floor CASCADE")
    execute("CREATE SCHEMA floor")
    timed: dict[str, tuple[int, float]] = {}
    for table in (*TABLES, "syncengine_payload"):
        timed[table] = _load(table, folder, times)
    started = perf_counter()
    _foreign_keys()
    execute("CHECKPOINT")
    seconds = perf_counter() - started + sum(spent for _, spent in timed.values())
    taken = rows("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'floor'::regnamespace "
                 "AND relkind = 'r'")[0][0]  # fmt: skip
    execute("DROP SCHEMA floor CASCADE")
    return Floor(timed, seconds, int(taken))


def tell_floor(home: Path, times: int) -> None:
    """Print the floor of so many times what is loaded."""
    floor = measure_floor(home, times)
    for table, (count, spent) in floor.tables.items():
        print(f"    {table:<30} {count:>11,} rows {spent:7.1f} s")
    print(f"floor, {times} times over     {floor.seconds:8.1f} s, {floor.bytes / 2**30:.1f} GB")


def _copy_out(table: str, path: Path, turn: int) -> None:
    statement = f"COPY (SELECT {_shifted(table, turn)} FROM {table}) TO STDOUT"
    with connection.cursor() as cursor, path.open("wb") as file, cursor.copy(statement) as copy:
        for block in copy:
            file.write(block)


def _shifted(table: str, turn: int) -> str:
    """The columns of a table with other ids and keys each turn, the same for a turn in every table."""
    columns = rows(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    ids = {"bigint": f'"{{}}" + {turn} * 100000000000'}
    return ", ".join(
        f"\"{name}\" || '.{turn}'" if name in NAMING and kind == "text" else ids.get(kind, '"{}"').format(name)
        for name, kind in columns
    )


def _load(table: str, folder: Path, times: int) -> tuple[int, float]:
    """Rows of a table and the seconds that copying, indexing and ANALYZE took; reading them out not counted."""
    path, spent = folder / f"{table}.copy", 0.0
    execute(f"CREATE TABLE floor.{table} (LIKE public.{table})")
    for turn in range(times):
        _copy_out(table, path, turn)
        spent += _timed(lambda: _copy_in(table, path))
        path.unlink()
    spent += _timed(lambda: _index(table))
    return int(rows(f"SELECT count(*) FROM floor.{table}")[0][0]), spent


def _timed(step: Callable[[], None]) -> float:
    started = perf_counter()
    step()
    return perf_counter() - started


def _copy_in(table: str, path: Path) -> None:
    with (
        connection.cursor() as cursor,
        path.open("rb") as file,
        cursor.copy(f"COPY floor.{table} FROM STDIN") as copy,
    ):
        while block := file.read(1 << 20):
            copy.write(block)


def _index(table: str) -> None:
    for name, definition in _indexes(table):
        execute(definition.replace(f" {name} ON public.", f" {name} ON floor.").replace(" ON ONLY ", " ON "))
    execute(f"ANALYZE floor.{table}")


def _indexes(table: str) -> list[tuple[str, str]]:
    found = rows(
        "SELECT i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
        "WHERE x.indrelid = ('public.' || %s)::regclass",
        [table],
    )
    return [(name, definition.replace(" ON ONLY public.", " ON public.")) for name, definition in found]


def _foreign_keys() -> None:
    """Keys among the copied tables, checked in one pass each."""
    found = rows(
        "SELECT r.relname, c.conname, f.relname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
        "JOIN pg_class r ON r.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid "
        "WHERE c.contype = 'f' AND r.relname = ANY(%s) AND f.relname = ANY(%s)",
        [list(TABLES), list(TABLES)],
    )
    for table, name, target, definition in found:
        to = definition.replace(f"REFERENCES {target}", f"REFERENCES floor.{target}")
        execute(f'ALTER TABLE floor.{table} ADD CONSTRAINT "{name}" {to}')

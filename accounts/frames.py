"""Polars frames into and out of PostgreSQL by COPY, on Django's own connection and so in its transaction."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

import polars as pl
from django.db import connection, transaction
from psycopg import Cursor, sql
from psycopg.errors import UniqueViolation

CHUNK = 1 << 20
ROWS_AT_ONCE = 100_000
FEW_BYTES = 20_000  # of an answer that is not worth a reader of files
FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)')
FEW_ROWS = 50  # rows that are told with the statement that makes their table
FEW_TOLD = 1_000  # rows that are told in the statement that reads them
TIMES = "%Y-%m-%d %H:%M:%S%.f%#z"


def identifiers(names: Sequence[str]) -> sql.Composed:
    """Column names, quoted and comma-separated."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def copy_in(table: str, frame: pl.DataFrame) -> None:
    """Append the frame's rows to a table with columns of the same names; lists become arrays."""
    with connection.cursor() as cursor:
        _copy(cursor.cursor, table, frame)


def append(table: str, frame: pl.DataFrame) -> None:
    """The same, few rows told in one statement."""
    if frame.height > FEW_ROWS:
        copy_in(table, frame)
    elif frame.height:
        columns = sql.SQL("{} ({})").format(sql.Identifier(table), identifiers(frame.columns))
        execute(_inserted(columns, frame))


@contextmanager
def refilling(table: str, frame: pl.DataFrame) -> Iterator[None]:
    """The frame's rows in place of the table's, written while the block computes, which leaves the database alone.

    They are frozen, so that indexes alone can answer from the start.
    """
    execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as beside:
        copied = beside.submit(_copy, cursor.cursor, table, frame, ", FREEZE")
        yield
        copied.result()


@contextmanager
def executing(query: str) -> Iterator[None]:
    """Run one statement while the block computes, which leaves the database alone meanwhile."""
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as beside:
        done = beside.submit(cursor.cursor.execute, query)
        yield
        done.result()


def _copy(cursor: Cursor, table: str, frame: pl.DataFrame, further: str = "") -> None:
    """By psycopg's own cursor: Django's debug wrapper knows no copy, and its connections belong to a thread."""
    names = identifiers(frame.columns)
    options = sql.SQL("FORMAT csv" + further)
    statement = sql.SQL("COPY {} ({}) FROM STDIN ({})").format(sql.Identifier(table), names, options)
    for part in _parts(frame):
        with cursor.copy(statement) as copy:
            _send(copy, part)


def copy_new(table: str, frame: pl.DataFrame) -> bool:
    """Append the frame's rows unless one of them is there already: then none is appended, and False told."""
    try:
        with transaction.atomic():
            copy_in(table, frame)
    except UniqueViolation:
        return False
    return True


def _parts(frame: pl.DataFrame) -> Iterator[memoryview]:
    """The frame as CSV in parts; while one is sent, the next is written."""
    slices = frame.iter_slices(ROWS_AT_ONCE)
    if frame.height <= ROWS_AT_ONCE:
        yield from map(_as_csv, slices)
        return
    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(_as_csv, next(slices))
        for part in slices:
            ready, coming = coming.result(), beside.submit(_as_csv, part)
            yield ready
        yield coming.result()


def _send(copy: Any, data: memoryview) -> None:
    for start in range(0, len(data), CHUNK):
        copy.write(data[start : start + CHUNK])


def _as_csv(frame: pl.DataFrame) -> memoryview:
    buffer = io.BytesIO()
    lists = [array_literal(name, kind) for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    frame.with_columns(lists).write_csv(buffer, include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.6f%:z")
    return buffer.getbuffer()


def array_literal(name: str, kind: pl.List) -> pl.Expr:
    """A list column as PostgreSQL array text; a missing element is NULL."""
    inner = pl.element()
    if kind.inner == pl.String:
        quoted = inner.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        inner = pl.concat_str(pl.lit('"'), quoted, pl.lit('"'))
    elif isinstance(kind.inner, pl.Datetime):
        inner = pl.concat_str(pl.lit('"'), inner.dt.strftime("%Y-%m-%d %H:%M:%S%.6f%:z"), pl.lit('"'))
    else:
        inner = inner.cast(pl.String)
    joined = pl.col(name).list.eval(inner.fill_null("NULL")).list.join(",")
    return pl.when(pl.col(name).is_not_null()).then(pl.concat_str(pl.lit("{"), joined, pl.lit("}"))).alias(name)


def read(query: str | sql.Composable, schema: Mapping[str, pl.DataType], params: Sequence[Any] = ()) -> pl.DataFrame:
    """The query's rows as a frame with exactly these columns and types (text arrays: select to_json)."""
    body = sql.SQL(query) if isinstance(query, str) else query
    statement = sql.Composed([sql.SQL("COPY ("), body, sql.SQL(") TO STDOUT (FORMAT csv)")])
    buffer = io.BytesIO()
    with connection.cursor() as cursor, cursor.cursor.copy(statement, params or None) as copy:
        for block in copy:
            buffer.write(block)
    size = buffer.getbuffer().nbytes
    if not size:
        return _empty(tuple(schema.items())).clone()
    if size <= FEW_BYTES:
        return _few_typed(_few_rows(buffer.getvalue().decode()), schema)
    buffer.seek(0)
    return _typed(pl.read_csv(buffer, has_header=False, new_columns=list(schema), infer_schema=False), schema)


@lru_cache(maxsize=200)
def _empty(schema: tuple[tuple[str, pl.DataType], ...]) -> pl.DataFrame:
    """No rows. Making such a frame takes longer than asking the database."""
    return pl.DataFrame(schema=dict(schema))


def _few_typed(found: list[list[str | None]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A few rows of a COPY. Handing them to a reader of files and casting columns takes longer than reading them."""
    readers = [_reader(kind) for kind in schema.values()]
    told = [
        [None if value is None else reader(value) for reader, value in zip(readers, row, strict=True)] for row in found
    ]
    return pl.DataFrame(told, dict(schema), orient="row")


def _reader(kind: Any) -> Callable[[str], Any]:
    """How a value of COPY is read as this type."""
    if isinstance(kind, pl.List):
        return json.loads if kind.inner == pl.String else partial(_elements, _reader(kind.inner))
    return READERS[kind.base_type()]


def _elements(reader: Callable[[str], Any], text: str) -> list[Any]:
    """The elements of an array of numbers or times."""
    parts = text[1:-1].replace('"', "").split(",") if text != "{}" else []
    return [None if part == "NULL" else reader(part) for part in parts]


def _is_true(text: str) -> bool:
    return text == "t"


READERS: dict[Any, Callable[[str], Any]] = {
    **dict.fromkeys((pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt32, pl.UInt64), int),
    pl.Float64: float,
    pl.Decimal: Decimal,
    pl.Boolean: _is_true,
    pl.String: str,
    pl.Date: date.fromisoformat,
    pl.Datetime: datetime.fromisoformat,
}


def _few_rows(text: str) -> list[list[str | None]]:
    """Fields of each line: quoted ones as they are, empty ones without quotes null."""
    found: list[list[str | None]] = [[]]
    at = 0
    while at < len(text):
        match = FIELD.match(text, at)
        assert match  # COPY writes nothing else
        quoted, plain, end = match.groups()
        found[-1].append(quoted.replace('""', '"') if quoted is not None else plain or None)
        at = match.end()
        if end == "\n" and at < len(text):
            found.append([])
    return found


def _typed(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame.select([_cast(name, kind).alias(name) for name, kind in schema.items()])


def _cast(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.Date:
        return column.str.to_date("%Y-%m-%d")
    if kind == pl.Boolean:
        return column == "t"
    if isinstance(kind, pl.Datetime):
        return column.str.to_datetime(TIMES, time_unit="us", time_zone="UTC")
    if isinstance(kind, pl.List):
        if kind.inner == pl.String:
            return column.str.json_decode(kind)
        numbers = column.str.strip_chars("{}")
        filled = pl.when(numbers != "").then(numbers.str.split(",")).otherwise(pl.lit([], dtype=pl.List(pl.String)))
        inner = pl.element().cast(kind.inner, strict=False)
        if isinstance(kind.inner, pl.Datetime):
            plain = pl.element().str.strip_chars('"')
            inner = plain.str.to_datetime(TIMES, time_unit="us", time_zone="UTC", strict=False)
        return pl.when(column.is_not_null()).then(filled.list.eval(inner))
    return column if kind == pl.String else column.cast(kind)


def execute(query: str | sql.Composable, params: Sequence[Any] | Mapping[str, Any] | None = None) -> int:
    """Run one statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return int(cursor.rowcount)


def rows(query: str | sql.Composable, params: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The few rows of a small query."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())


def is_empty(table: str) -> bool:
    """Whether a table has no row: rows for it need not be compared with any then."""
    return not rows(f"SELECT 1 FROM {table} LIMIT 1")


def stage(name: str, columns: Mapping[str, str], frame: pl.DataFrame) -> None:
    """A temporary table of these columns (name → SQL type) filled with the frame, gone at commit."""
    shape = sql.SQL(", ").join(sql.SQL("{} " + kind).format(sql.Identifier(column)) for column, kind in columns.items())
    table = sql.Identifier(name)
    made = sql.SQL("DROP TABLE IF EXISTS {0}; CREATE TEMP TABLE {0} ({1}) ON COMMIT DROP").format(table, shape)
    ready = frame.select(list(columns))
    if ready.height <= FEW_ROWS:
        execute(sql.SQL("{}; {} ANALYZE {}").format(made, _inserted(table, ready), table))
        return
    execute(made)
    copy_in(name, ready)
    execute(sql.SQL("ANALYZE {}").format(table))


def among(name: str, columns: Mapping[str, str], frame: pl.DataFrame) -> str:
    """What a statement selects these rows of whole numbers from: told in it where they are few, else a table.

    A temporary table takes a millisecond to make; an array in the statement is planned as exactly and takes none.
    """
    if frame.height > FEW_TOLD:
        stage(name, columns, frame)
        return name
    told = [f"'{{{','.join(map(str, frame[column]))}}}'::{kind}[]" for column, kind in columns.items()]
    return f"(SELECT * FROM unnest({', '.join(told)}) AS told({', '.join(columns)}))"


def _inserted(table: sql.Composable, frame: pl.DataFrame) -> sql.Composable:
    """The rows written into a statement of their own: one round trip, where COPY takes several."""
    if not frame.height:
        return sql.SQL("")
    values = [sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, row))) for row in frame.iter_rows()]
    return sql.SQL("INSERT INTO {} VALUES {};").format(table, sql.SQL(", ").join(values))

"""A SQL database as a target: one transaction a record, which only goes through if nobody was faster."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

import psycopg

from syncengine.connectors.base import StreamRequest, need_read
from syncengine.connectors.errors import ConnectorError, Kind
from syncengine.connectors.sql.dialect import HOLE, Dialect
from syncengine.connectors.sql.postgres import Postgres
from syncengine.connectors.sql.sqlite import Sqlite
from syncengine.connectors.writing import AnswerLost, Change, TargetChanged, TargetRefused, Writer

# SQLSTATE class → what a failed statement means; every other one is a refusal with PostgreSQL's words.
RETRIED = ("08", "40", "53", "55", "57", "58")
WAIT_MS = 10_000
Then = tuple[str, list[Any]]  # a statement that is to follow, with the first one's answer before its values


class SqlWriter(Writer):
    """Tables of PostgreSQL or SQLite."""

    kind: ClassVar[str] = "sql"

    def __init__(self, connection: Mapping[str, Any], *, timezone: str = "UTC") -> None:
        super().__init__(connection, timezone=timezone)
        url = str(connection.get("url") or "")
        is_sqlite = url.split(":", 1)[0] == "sqlite"
        self.dialect: Dialect = Sqlite(url) if is_sqlite else Postgres(url)
        self.base: _Base = _SqliteBase(url) if is_sqlite else _PostgresBase(url)
        self._types: dict[str, dict[str, str]] = {}

    def update(self, change: Change) -> str | None:
        """UPDATE … WHERE the record is still as it was read."""
        quote, types = self.dialect.quote, self._types_of(change.stream)
        sets = [f"{quote(name)} = {self._hole(types, name)}" for name in change.values]
        values: list[Any] = list(change.values.values())
        if change.increments and change.version_column:
            sets.append(f"{quote(change.version_column)} = {quote(change.version_column)} + 1")
        conditions, told = self._unchanged(change, types)
        table = self.dialect.relation(need_read(change.stream, "table"))
        back = quote(change.version_column or change.stream.key)
        text = f"UPDATE {table} SET {', '.join(sets)} WHERE {' AND '.join(conditions)} RETURNING {back}"
        rows = self.base.run(text, [*values, *told])
        if not rows:
            raise TargetChanged("the record was changed or deleted meanwhile")
        return str(rows[0][0]) if change.version_column else None

    def _unchanged(self, change: Change, types: dict[str, str]) -> tuple[list[str], list[Any]]:
        """The version where there is one, else the very values that are to be replaced."""
        quote = self.dialect.quote
        compared = [change.version_column] if change.version_column else list(change.values)
        conditions = [f"{self._text(types, change.stream.key)} = {HOLE}"]
        same = "IS" if self.base.is_sqlite else "IS NOT DISTINCT FROM"
        conditions += [f"{self._text(types, name)} {same} {HOLE}" for name in compared]
        if not self.base.is_sqlite:  # the key's own type, so that its index serves
            conditions[0] = f"{quote(change.stream.key)} = {HOLE}::{types[change.stream.key]}"
        return conditions, [change.key, *(change.row.get(name) for name in compared)]

    def create(self, change: Change) -> str:
        """INSERT with the correlation; the target's own key."""
        types, quote = self._types_of(change.stream), self.dialect.quote
        values = {**change.values, (change.correlation_column or ""): change.correlation}
        values.pop("", None)
        names = ", ".join(quote(name) for name in values)
        holes = ", ".join(self._hole(types, name) for name in values)
        table = self.dialect.relation(need_read(change.stream, "table"))
        text = f"INSERT INTO {table} ({names}) VALUES ({holes}) RETURNING {quote(change.stream.key)}"
        then = [self._line(line, change) for line in change.lines]
        return str(self.base.run(text, list(values.values()), then=then)[0][0])

    def _line(self, line: Mapping[str, str | None], change: Change) -> Then:
        """One line's INSERT, waiting for the key of what it belongs to."""
        table, parent = change.lines_into.get("table"), change.lines_into.get("parent")
        if not table or not parent:
            raise ConnectorError("`lines: into` needs `table` and `parent`", where="sql target")
        types = self._types_named(str(table))
        names = [str(parent), *line]
        columns = ", ".join(self.dialect.quote(name) for name in names)
        holes = ", ".join(self._hole(types, name) for name in names)
        return f"INSERT INTO {self.dialect.relation(str(table))} ({columns}) VALUES ({holes})", list(line.values())

    def find(self, change: Change) -> str | None:
        """The key of the row that carries the correlation."""
        if not change.correlation_column:
            return None
        table = self.dialect.relation(need_read(change.stream, "table"))
        quote = self.dialect.quote
        text = f"SELECT {quote(change.stream.key)} FROM {table} WHERE {quote(change.correlation_column)} = {HOLE}"
        rows = self.base.run(text, [change.correlation])
        return str(rows[0][0]) if rows else None

    def close(self) -> None:
        """Close both connections."""
        self.dialect.close()
        self.base.close()

    def _types_of(self, stream: StreamRequest) -> dict[str, str]:
        return self._types_named(str(need_read(stream, "table")))

    def _types_named(self, table: str) -> dict[str, str]:
        if table not in self._types:
            self._types[table] = self.dialect.column_types(f"{self.dialect.relation(table)} AS source")
        return self._types[table]

    def _hole(self, types: dict[str, str], name: str) -> str:
        if name not in types:
            raise ConnectorError(f"there is no column `{name}` to write to", where="sql target")
        return HOLE if self.base.is_sqlite else f"{HOLE}::{types[name]}"

    def _text(self, types: dict[str, str], name: str) -> str:
        """The column as the text that reading it gives."""
        if self.base.is_sqlite:
            return f"CAST({self.dialect.quote(name)} AS TEXT)"
        return self.dialect.as_text(name, types[name])


class _Base:
    """One transaction, told apart by what may have happened."""

    is_sqlite = False

    def run(self, text: str, values: Sequence[Any], *, then: Sequence[Then] = ()) -> list[tuple[Any, ...]]:
        """The rows the first statement gives, committed together with what follows from its key."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connection."""


class _PostgresBase(_Base):
    def __init__(self, url: str) -> None:
        self.url = url
        self.connection: psycopg.Connection[Any] | None = None

    def run(self, text: str, values: Sequence[Any], *, then: Sequence[Then] = ()) -> list[tuple[Any, ...]]:
        """Until COMMIT is on its way nothing can have happened; from then on nobody knows."""
        try:
            connection = self._connect()
            rows = connection.execute(_psycopg(text), list(values)).fetchall()
            for further, told in then:
                connection.execute(_psycopg(further), [str(rows[0][0]), *told])
        except psycopg.Error as error:
            self.close()
            raise _told(error) from None
        try:
            connection.commit()
        except psycopg.Error as error:
            self.close()
            if error.sqlstate and error.sqlstate[:2] not in ("08", "57"):
                raise _told(error) from None
            raise AnswerLost("the connection broke while the target was committing") from None
        return rows

    def _connect(self) -> psycopg.Connection[Any]:
        if self.connection is None or self.connection.closed:
            options = f"-c lock_timeout={WAIT_MS} -c statement_timeout={2 * WAIT_MS} -c datestyle=ISO -c timezone=UTC"
            self.connection = psycopg.connect(
                self.url, connect_timeout=10, application_name="portal write-back", options=options,
                keepalives_idle=5, keepalives_interval=2, keepalives_count=3, tcp_user_timeout=3 * WAIT_MS,
            )  # fmt: skip
        return self.connection

    def close(self) -> None:
        """Close the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def _psycopg(text: str) -> str:
    return text.replace("%", "%%").replace(HOLE, "%s")


def _told(error: psycopg.Error) -> Exception:
    lines = str(error).strip().splitlines()
    words = lines[0] if lines else type(error).__name__
    if error.sqlstate is None or error.sqlstate[:2] in RETRIED:
        return ConnectorError(f"PostgreSQL says: {words}", kind=Kind.RETRY, where="sql target")
    return TargetRefused(words)


class _SqliteBase(_Base):
    is_sqlite = True

    def __init__(self, url: str) -> None:
        self.path = Path(unquote(url.removeprefix("sqlite:///").removeprefix("sqlite:")))

    def run(self, text: str, values: Sequence[Any], *, then: Sequence[Then] = ()) -> list[tuple[Any, ...]]:
        """A local file commits or does not: an answer cannot be lost on the way."""
        if not self.path.is_file():
            raise ConnectorError("this database file does not exist: correct `url`", where=str(self.path))
        connection = sqlite3.connect(self.path, timeout=WAIT_MS / 1000)
        try:
            with connection:
                rows = list(connection.execute(text.replace(HOLE, "?"), list(values)).fetchall())
                for further, told in then:
                    connection.execute(further.replace(HOLE, "?"), [rows[0][0], *told])
                return rows
        except sqlite3.IntegrityError as error:
            raise TargetRefused(str(error)) from None
        except sqlite3.Error as error:
            raise ConnectorError(f"SQLite says: {error}", kind=Kind.RETRY, where=str(self.path)) from None
        finally:
            connection.close()

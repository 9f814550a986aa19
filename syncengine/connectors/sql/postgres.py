"""PostgreSQL as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import IsolationLevel

from syncengine.connectors.errors import ConnectorError, Kind
from syncengine.connectors.sql.dialect import HOLE, Dialect, Row

# SQLSTATE class → what it means.
SQLSTATE_KINDS: Mapping[str, Kind] = {
    "08": Kind.RETRY,
    "22": Kind.CONFIGURATION,
    "25": Kind.CONFIGURATION,
    "28": Kind.CONFIGURATION,
    "3D": Kind.CONFIGURATION,
    "3F": Kind.CONFIGURATION,
    "40": Kind.RETRY,
    "42": Kind.CONFIGURATION,
    "53": Kind.RETRY,
    "55": Kind.RETRY,
    "57": Kind.RETRY,
    "58": Kind.RETRY,
}
# A failed connection has no SQLSTATE, only words.
CONNECT_KINDS: Mapping[str, Kind] = {
    "authentication failed": Kind.CONFIGURATION,
    "no password supplied": Kind.CONFIGURATION,
    "does not exist": Kind.CONFIGURATION,
    "could not translate host name": Kind.CONFIGURATION,
    "invalid connection option": Kind.CONFIGURATION,
    "no pg_hba.conf entry": Kind.CONFIGURATION,
}
SESSION = "SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex'"


class Postgres(Dialect):
    """PostgreSQL through psycopg, one read-only repeatable-read transaction a statement."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._connection: psycopg.Connection[Any] | None = None

    def connect(self) -> psycopg.Connection[Any]:
        """Return the open connection."""
        if self._connection is None or self._connection.closed:
            connection = psycopg.connect(self.url, connect_timeout=15, application_name="portal sync")
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute(SESSION)
            connection.commit()
            self._connection = connection
        return self._connection

    def run(self, sql: str, values: Sequence[Any] = (), *, size: int = 1000) -> Iterator[list[Row]]:
        """Yield pages through a server-side cursor: one snapshot, one sort, bounded memory."""
        try:
            connection = self.connect()
            with connection.transaction(), connection.cursor(name="portal_sync") as cursor:
                cursor.itersize = size
                cursor.execute(sql.replace("%", "%%").replace(HOLE, "%s"), values)
                while rows := cursor.fetchmany(size):
                    yield rows
        except psycopg.Error as error:
            raise _explained(error) from None

    def column_types(self, relation: str) -> dict[str, str]:
        """Return the columns with PostgreSQL's own type names."""
        try:
            connection = self.connect()
            with connection.transaction(), connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {relation} LIMIT 0")
                described = cursor.description or []
                names = self._type_names(cursor, [column.type_code for column in described])
                return {column.name: names[column.type_code] for column in described}
        except psycopg.Error as error:
            raise _explained(error) from None

    def _type_names(self, cursor: psycopg.Cursor[Any], oids: list[int]) -> dict[int, str]:
        cursor.execute("SELECT oid, format_type(oid, NULL) FROM pg_type WHERE oid = ANY(%s)", [oids])
        return dict(cursor.fetchall())

    def as_text(self, name: str, word: str) -> str:
        """Return the column as text: instants with offset, arrays as JSON, plain numbers."""
        column = self.quote(name)
        if word == "timestamp with time zone":
            return f"to_char({column}, 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00')"
        if word == "timestamp without time zone":
            return f"replace({column}::text, ' ', 'T')"
        if word in ("real", "double precision"):
            return f"CASE WHEN {column}::text LIKE '%e%' THEN {column}::numeric::text ELSE {column}::text END"
        if word.endswith("[]"):
            return f"to_json({column})::text"
        return f"{column}::text"

    def cast(self, word: str) -> str:
        """Return a hole that PostgreSQL reads as this type."""
        return f"{HOLE}::{word}"

    def key_in(self, name: str, word: str, keys: Sequence[str]) -> tuple[str, list[Any]]:
        """Return a condition on the column's own type, so that its index serves."""
        if word in ("integer", "bigint", "smallint", "numeric", "uuid"):
            keys = [key for key in keys if _fits(key, word)]
        return f"{self.quote(name)} = ANY({HOLE}::{word}[])", [list(keys)]

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()


def _fits(key: str, word: str) -> bool:
    return len(key) == 36 if word == "uuid" else key.lstrip("-").isdigit()


def _explained(error: psycopg.Error) -> ConnectorError:
    lines = str(error).strip().splitlines()
    message = lines[0] if lines else type(error).__name__
    if error.sqlstate:
        kind = SQLSTATE_KINDS.get(error.sqlstate[:2], Kind.CONFIGURATION)
    else:
        kind = next((k for words, k in CONNECT_KINDS.items() if words in str(error)), Kind.RETRY)
    return ConnectorError(f"PostgreSQL says: {message}", kind=kind, where="sql source")

"""SQLite as a source."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from syncengine.connectors.errors import ConnectorError, Kind
from syncengine.connectors.sql.dialect import HOLE, Dialect, Row

# SQLite's primary result names → what they mean.
RESULT_KINDS: Mapping[str, Kind] = {
    "SQLITE_BUSY": Kind.RETRY,
    "SQLITE_LOCKED": Kind.RETRY,
    "SQLITE_IOERR": Kind.RETRY,
    "SQLITE_CANTOPEN": Kind.CONFIGURATION,
    "SQLITE_NOTADB": Kind.CONFIGURATION,
    "SQLITE_CORRUPT": Kind.CONFIGURATION,
    "SQLITE_ERROR": Kind.CONFIGURATION,
}


class Sqlite(Dialect):
    """SQLite through the standard library, opened for reading only."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.path = Path(unquote(url.removeprefix("sqlite:///").removeprefix("sqlite:")))
        self._connection: sqlite3.Connection | None = None

    def connect(self) -> sqlite3.Connection:
        """Return the open connection."""
        if not self.path.is_file():
            raise ConnectorError("this database file does not exist: correct `url`", where=str(self.path))
        if self._connection is None:
            address = f"file:{quote(str(self.path.absolute()))}?mode=ro"
            self._connection = sqlite3.connect(address, uri=True, timeout=15, check_same_thread=False)
        return self._connection

    def run(self, sql: str, values: Sequence[Any] = (), *, size: int = 1000) -> Iterator[list[Row]]:
        """Yield the rows page by page from one statement."""
        try:
            cursor = self.connect().execute(sql.replace(HOLE, "?"), values)
            while rows := cursor.fetchmany(size):
                yield rows
        except sqlite3.Error as error:
            raise _explained(error, self.path) from None

    def column_types(self, relation: str) -> dict[str, str]:
        """Return the columns; their word is how SQLite stores the first value met, lower case."""
        try:
            cursor = self.connect().execute(f"SELECT * FROM {relation} LIMIT 0")
            names = [column[0] for column in cursor.description]
            kinds = ", ".join(f"max(typeof({self.quote(n)}))" for n in names)
            found = self.connect().execute(f"SELECT {kinds} FROM (SELECT * FROM {relation} LIMIT 1000)").fetchone()
            return {name: kind or "null" for name, kind in zip(names, found, strict=True)}
        except sqlite3.Error as error:
            raise _explained(error, self.path) from None

    def key_in(self, name: str, word: str, keys: Sequence[str]) -> tuple[str, list[Any]]:
        """Return a condition that finds the keys whether they are stored as text or number."""
        values: list[Any] = [*keys, *(int(key) for key in keys if key.lstrip("-").isdigit())]
        return f"{self.quote(name)} IN ({', '.join([HOLE] * len(values))})", values

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _explained(error: sqlite3.Error, path: Path) -> ConnectorError:
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR") or "SQLITE_ERROR"
    kind = next((k for result, k in RESULT_KINDS.items() if name.startswith(result)), Kind.CONFIGURATION)
    return ConnectorError(f"SQLite says: {error}", kind=kind, where=str(path))

"""A SQL database as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import polars as pl

from syncengine.connectors.base import KEYS_PER_LIST, Connector, StreamRequest
from syncengine.connectors.errors import ConnectorError
from syncengine.connectors.sql.bounds import NUMBERS, window_ends
from syncengine.connectors.sql.dialect import Dialect, Row
from syncengine.connectors.sql.postgres import Postgres
from syncengine.connectors.sql.relation import Relation
from syncengine.connectors.sql.sqlite import Sqlite
from syncengine.connectors.text import value_text
from syncengine.connectors.window import Window, instant_text, plan_windows
from syncengine.records import SourceBatch

DIALECTS: Mapping[str, type[Dialect]] = {
    "postgresql": Postgres,
    "postgres": Postgres,
    "sqlite": Sqlite,
}

NO_ROWS = "1970-01-01"


class SqlConnector(Connector):
    """Tables or queries of a database, read in key order inside a window of modification times.

    Rows without a modification time are read each time. A stream without `modified` is read whole
    each time.
    """

    kind: ClassVar[str] = "sql"

    def __init__(self, connection: Mapping[str, Any], *, timezone: str = "UTC") -> None:
        super().__init__(connection, timezone=timezone)
        url = str(self.need("url"))
        scheme = url.split(":", 1)[0].split("+", 1)[0]
        if scheme not in DIALECTS:
            known = ", ".join(DIALECTS)
            raise ConnectorError(f"`url` begins with {scheme!r}; known are {known}", where="sql source")
        self.dialect = DIALECTS[scheme](url)

    def check(self) -> None:
        """Raise when the database does not answer."""
        for _ in self.dialect.run("SELECT 1"):
            pass

    def close(self) -> None:
        """Close the connection."""
        self.dialect.close()

    def columns(self, stream: StreamRequest) -> dict[str, str]:
        """Return the relation's columns with the database's words for their types."""
        return Relation(self.dialect, stream).types

    def list_keys(self, stream: StreamRequest) -> Iterator[list[str]]:
        """Yield every key of the relation in key order."""
        relation = Relation(self.dialect, stream)
        for rows in self.dialect.run(relation.key_list(), size=KEYS_PER_LIST):
            yield [key for (value,) in rows if (key := cell_text(value)) is not None]

    def read(self, stream: StreamRequest) -> Iterator[SourceBatch]:
        """Yield the rows changed in the window, or with `keys` those rows alone."""
        relation = Relation(self.dialect, stream)
        if stream.keys is not None:
            yield from self._fetch(relation, stream)
            return
        windows = plan_windows(
            stream.watermark,
            until=self._until(relation, stream),
            overlap=stream.overlap,
            always_whole=relation.modified is None,
        )
        for window in windows:
            yield from self._read_window(relation, stream, window)
        last = windows[-1]
        yield SourceBatch(pl.DataFrame(), watermark=last.done(), complete=last.whole and stream.listing == "full")

    def _until(self, relation: Relation, stream: StreamRequest) -> str:
        """Return where the window ends: the start of the request, or the highest number of a counter."""
        if relation.modified is None or relation.types[relation.modified] not in NUMBERS:
            return instant_text(stream.until)
        highest = [rows[0][0] for rows in self.dialect.run(relation.highest())]
        return str(int(highest[0])) if highest and highest[0] is not None else "0"

    def _read_window(self, relation: Relation, stream: StreamRequest, window: Window) -> Iterator[SourceBatch]:
        ends = None
        if relation.modified is not None and window.since is not None:
            ends = window_ends(
                window.since,
                window.until,
                word=relation.types[relation.modified],
                sample=self._sample(relation),
                zone=self.timezone,
            )
        sql, values = relation.window(ends, window.after)
        for rows in self.dialect.run(sql, values, size=stream.batch_size):
            frame = rows_of(rows, relation.selected)
            yield SourceBatch(frame, watermark=window.reached(rows[-1][relation.key_at]))

    def _sample(self, relation: Relation) -> str | None:
        for rows in self.dialect.run(relation.sample()):
            return str(rows[0][0])
        return NO_ROWS

    def _fetch(self, relation: Relation, stream: StreamRequest) -> Iterator[SourceBatch]:
        sql, values = relation.fetch(stream.keys or ())
        for rows in self.dialect.run(sql, values, size=stream.batch_size) if stream.keys else ():
            yield SourceBatch(rows_of(rows, relation.selected))
        yield SourceBatch(pl.DataFrame())


def rows_of(rows: Sequence[Row], names: Sequence[str]) -> pl.DataFrame:
    """Return database rows as a frame of strings."""
    cells = zip(*rows, strict=True)
    return pl.DataFrame(
        [pl.Series(n, [cell_text(v) for v in values], dtype=pl.String) for n, values in zip(names, cells, strict=True)]
    )


def cell_text(value: Any) -> str | None:
    """Return one database value as text; bytes as hexadecimal."""
    if value is None or type(value) is str:
        return value
    return value.hex() if isinstance(value, bytes | memoryview) else value_text(value)

"""The statements that read one stream's table or query."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from syncengine.connectors.base import StreamRequest, need_read
from syncengine.connectors.errors import ConnectorError
from syncengine.connectors.sql.bounds import Ends
from syncengine.connectors.sql.dialect import Dialect


class Relation:
    """A table or a declared query, with the columns a stream takes from it."""

    def __init__(self, dialect: Dialect, stream: StreamRequest) -> None:
        self.dialect, self.stream = dialect, stream
        need_read(stream, "table", "query")
        query = str(stream.read.get("query", "")).strip().rstrip(";")
        self.source = f"(\n{query}\n) AS source" if query else f"{dialect.relation(stream.read['table'])} AS source"
        for name in (stream.key, stream.modified, stream.version, stream.deleted):
            if name is not None and name not in self.types:
                have = ", ".join(list(self.types)[:20])
                raise ConnectorError(f"there is no column `{name}`; there are {have}", where=stream.where)

    @cached_property
    def types(self) -> dict[str, str]:
        """Return the columns and their types as the database names them."""
        return self.dialect.column_types(self.source)

    @property
    def modified(self) -> str | None:
        """Return the column that tells when a row changed."""
        return self.stream.modified

    @cached_property
    def selected(self) -> list[str]:
        """Return the columns to read: the declared ones, and those the stream itself needs."""
        declared = self.stream.read.get("columns")
        if not declared:
            return list(self.types)
        own = (self.stream.key, self.stream.modified, self.stream.version, self.stream.deleted)
        return list(dict.fromkeys([*(name for name in own if name), *declared]))

    @property
    def key_at(self) -> int:
        """Return the position of the key among the selected columns."""
        return self.selected.index(self.stream.key)

    @property
    def key(self) -> str:
        """Return the key column itself: its bare name would sort by the text it is rendered as."""
        return f"source.{self.dialect.quote(self.stream.key)}"

    def window(self, ends: Ends | None, after: str | int | None) -> tuple[str, list[Any]]:
        """Return the statement that reads a window in key order."""
        conditions, values = [], []
        if ends is not None and self.modified is not None:
            column = self.dialect.quote(self.modified)
            hole = self.dialect.cast(self.types[self.modified])
            conditions.append(f"({column} IS NULL OR ({column} >= {hole} AND {column} <= {hole}))")
            values += [ends.since, ends.until]
        if after is not None:
            conditions.append(f"{self.key} > {self.dialect.cast(self.types[self.stream.key])}")
            values.append(after)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {self._list()} FROM {self.source}{where} ORDER BY {self.key}", values

    def fetch(self, keys: Sequence[str]) -> tuple[str, list[Any]]:
        """Return the statement that reads single records."""
        condition, values = self.dialect.key_in(self.stream.key, self.types[self.stream.key], keys)
        return f"SELECT {self._list()} FROM {self.source} WHERE {condition} ORDER BY {self.key}", values

    def key_list(self) -> str:
        """Return the statement that names every key."""
        text = self.dialect.as_text(self.stream.key, self.types[self.stream.key])
        return f"SELECT {text} FROM {self.source} ORDER BY {self.key}"

    def highest(self) -> str:
        """Return the statement for the highest value of a counting modified column."""
        return f"SELECT max({self.dialect.quote(self.modified or '')}) FROM {self.source}"

    def sample(self) -> str:
        """Return the statement for one value of the modified column."""
        column = self.dialect.quote(self.modified or "")
        return f"SELECT {column} FROM {self.source} WHERE {column} IS NOT NULL LIMIT 1"

    def _list(self) -> str:
        return ", ".join(self.dialect.as_text(name, self.types[name]) for name in self.selected)

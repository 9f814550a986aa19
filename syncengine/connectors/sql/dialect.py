"""What differs from one database to the next; a further database is one more of these."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from syncengine.connectors.errors import ConnectorError

Row = Sequence[Any]
# Stands for a value in a statement until the dialect puts its own sign there; declared queries may hold
# percent signs and question marks.
HOLE = "\x01"


class Dialect(ABC):
    """One kind of database: how it connects, quotes, renders values as text and reports failure."""

    def __init__(self, url: str) -> None:
        self.url = url

    @abstractmethod
    def run(self, sql: str, values: Sequence[Any] = (), *, size: int = 1000) -> Iterator[list[Row]]:
        """Yield the rows of a statement in pages, inside a read-only transaction."""

    @abstractmethod
    def column_types(self, relation: str) -> dict[str, str]:
        """Return the columns of a relation with their type words."""

    def as_text(self, name: str, word: str) -> str:
        """Return the expression that renders a column; what is not text then is rendered by Python."""
        return self.quote(name)

    def cast(self, word: str) -> str:
        """Return a hole for a value of this type."""
        return HOLE

    @abstractmethod
    def key_in(self, name: str, word: str, keys: Sequence[str]) -> tuple[str, list[Any]]:
        """Return a condition, with its values, that selects these keys."""

    def quote(self, name: str) -> str:
        """Return a name as the database reads it, whatever stands in it."""
        if "\x00" in name or not name:
            raise ConnectorError(f"{name!r} is not a name of a table or column")
        return '"' + name.replace('"', '""') + '"'

    def relation(self, table: str) -> str:
        """Return `schema.table` quoted part by part."""
        return ".".join(self.quote(part) for part in table.split("."))

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection."""

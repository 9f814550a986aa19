"""What every connector can do, and what it is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from syncengine.connectors.errors import ConnectorError
from syncengine.records import SourceBatch

KEYS_PER_LIST = 50_000


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """One reading of one stream: what to read, from where on, and up to when."""

    name: str
    object: str
    read: Mapping[str, Any]
    key: str
    until: datetime
    modified: str | None = None
    version: str | None = None
    deleted: str | None = None
    listing: str = "delta"
    overlap: timedelta = field(default=timedelta(minutes=10))
    watermark: str | None = None
    batch_size: int = 50_000
    keys: tuple[str, ...] | None = None

    @property
    def where(self) -> str:
        """Name the stream as messages name it."""
        return f"stream {self.name}"


class Connector(ABC):
    """A source system as the pipeline sees it.

    `read` yields batches of at most `batch_size` rows and always ends with one whose watermark
    covers everything read, even when it holds no row. A batch's watermark may be stored as soon as
    its rows are; a later read resumes there and repeats at most the overlap. `complete` is true only
    on the last batch of a read of a `listing: full` stream that met every live key with nothing
    refused. A read with `keys` fetches those records alone and carries no watermark.
    """

    kind: ClassVar[str]

    def __init__(self, connection: Mapping[str, Any], *, timezone: str = "UTC") -> None:
        self.connection = connection
        self.timezone = ZoneInfo(timezone)

    @abstractmethod
    def check(self) -> None:
        """Raise ConnectorError, saying where and what to do, when the source cannot be reached."""

    @abstractmethod
    def read(self, stream: StreamRequest) -> Iterator[SourceBatch]:
        """Yield what is new since the stream's watermark."""

    def lists_keys(self, stream: StreamRequest) -> bool:
        """Tell whether the source can name every live key of the stream."""
        return True

    @abstractmethod
    def list_keys(self, stream: StreamRequest) -> Iterator[list[str]]:
        """Yield every live key of the stream, in lists of bounded length."""

    @abstractmethod
    def columns(self, stream: StreamRequest) -> dict[str, str]:
        """Return the source's columns with the word it has for their type."""

    def close(self) -> None:  # noqa: B027  (most connectors hold nothing open)
        """Let go of what the connector holds open."""

    def need(self, name: str) -> Any:
        """Return a value of the connection that cannot be missing."""
        if self.connection.get(name) in (None, ""):
            raise ConnectorError(f"the connection needs `{name}`", where=f"{self.kind} source")
        return self.connection[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def need_read(stream: StreamRequest, *names: str) -> Any:
    """Return the first of these values of the stream's `read` that is there."""
    for name in names:
        if stream.read.get(name):
            return stream.read[name]
    raise ConnectorError(f"`read` needs `{'` or `'.join(names)}`", where=stream.where)

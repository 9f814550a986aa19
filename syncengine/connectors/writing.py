"""What every target can do, and how its answers are told apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, ClassVar, Self

from syncengine.connectors.base import StreamRequest


class TargetChanged(Exception):
    """The record is not what it was when the change was decided; nothing was written."""


class TargetRefused(Exception):
    """The target says no, and why; nothing was written."""


class AnswerLost(Exception):
    """The call may have arrived: only reading the target tells."""


@dataclass(frozen=True, slots=True)
class Change:
    """New values of one record by the target's own column names, as text.

    `row` is the record as it was read just before, raw; `version` what its version column said then.
    `row` is empty where a record is to be created. `correlation` is a marker to find it by. `lines` are created
    together with the record, or neither is; `lines_into` says where the target keeps them.
    """

    stream: StreamRequest
    values: Mapping[str, str | None]
    key: str | None = None
    row: Mapping[str, str | None] = field(default_factory=dict)
    version_column: str | None = None
    increments: bool = False
    correlation_column: str | None = None
    correlation: str = ""
    lines: tuple[Mapping[str, str | None], ...] = ()
    lines_into: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str | None:
        """The version the record has to have still."""
        return self.row.get(self.version_column) if self.version_column else None


class Writer(ABC):
    """A target system as the outbox sees it.

    `update` and `create` either happen whole or not at all; they raise TargetChanged or TargetRefused where
    nothing happened for good, ConnectorError where nothing happened and a later attempt may pass, and
    AnswerLost where nobody can know.
    """

    kind: ClassVar[str]

    def __init__(self, connection: Mapping[str, Any], *, timezone: str = "UTC") -> None:
        self.connection, self.timezone = connection, timezone

    @abstractmethod
    def update(self, change: Change) -> str | None:
        """Change a record that is still what `row` says; its new version where the target tells."""

    @abstractmethod
    def create(self, change: Change) -> str:
        """Make a record that carries the correlation; its key."""

    @abstractmethod
    def find(self, change: Change) -> str | None:
        """The key of the record that carries the correlation, or None."""

    def close(self) -> None:  # noqa: B027  (some hold nothing open)
        """Let go of what the writer holds open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

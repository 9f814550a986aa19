"""Ways to read the systems that hold a company's customers; one class a kind of source."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from syncengine.connectors.base import Connector, StreamRequest
from syncengine.connectors.errors import ConnectorError, Kind
from syncengine.connectors.files import FilesConnector
from syncengine.connectors.rest import RestConnector
from syncengine.connectors.rest.writer import RestWriter
from syncengine.connectors.secrets import resolve_secrets
from syncengine.connectors.sql import SqlConnector
from syncengine.connectors.sql.writer import SqlWriter
from syncengine.connectors.tryton import TrytonConnector
from syncengine.connectors.tryton.writer import TrytonWriter
from syncengine.connectors.writing import (
    AnswerLost,
    Change,
    TargetChanged,
    TargetRefused,
    Writer,
)

CONNECTORS: Mapping[str, type[Connector]] = {
    "files": FilesConnector,
    "rest": RestConnector,
    "sql": SqlConnector,
    "tryton": TrytonConnector,
}
WRITERS: Mapping[str, type[Writer]] = {
    "rest": RestWriter,
    "sql": SqlWriter,
    "tryton": TrytonWriter,
}


def open_connector(
    kind: str,
    connection: Mapping[str, Any],
    *,
    timezone: str = "UTC",
    environ: Mapping[str, str] | None = None,
) -> Connector:
    """Return a connector for a declared source, its secrets read from the environment."""
    if kind not in CONNECTORS:
        raise ConnectorError(f"there is no connector of kind {kind!r}; known are {', '.join(CONNECTORS)}")
    resolved = resolve_secrets(connection, os.environ if environ is None else environ)
    return CONNECTORS[kind](resolved, timezone=timezone)


def open_writer(
    kind: str,
    connection: Mapping[str, Any],
    *,
    timezone: str = "UTC",
    environ: Mapping[str, str] | None = None,
) -> Writer:
    """Return the way to write into a declared source, its secrets read from the environment."""
    if kind not in WRITERS:
        raise ConnectorError(f"a source of kind {kind!r} cannot be written to; {', '.join(WRITERS)} can")
    resolved = resolve_secrets(connection, os.environ if environ is None else environ)
    return WRITERS[kind](resolved, timezone=timezone)


__all__ = [
    "CONNECTORS",
    "WRITERS",
    "AnswerLost",
    "Change",
    "Connector",
    "ConnectorError",
    "Kind",
    "StreamRequest",
    "TargetChanged",
    "TargetRefused",
    "Writer",
    "open_connector",
    "open_writer",
]

"""Ways to read the systems that hold a company's customers; one class a kind of source."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from syncengine.connectors.base import Connector, StreamRequest
from syncengine.connectors.errors import ConnectorError, Kind
from syncengine.connectors.files import FilesConnector
from syncengine.connectors.secrets import resolve_secrets
from syncengine.connectors.sql import SqlConnector
from syncengine.connectors.tryton import TrytonConnector

CONNECTORS: Mapping[str, type[Connector]] = {
    "files": FilesConnector,
    "sql": SqlConnector,
    "tryton": TrytonConnector,
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


__all__ = [
    "CONNECTORS",
    "Connector",
    "ConnectorError",
    "Kind",
    "StreamRequest",
    "open_connector",
]

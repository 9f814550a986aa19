"""Systems that are read and written over declared HTTP addresses."""

from __future__ import annotations

from syncengine.connectors.rest.connector import RestConnector

__all__ = ["RestConnector"]

"""SQL databases."""

from syncengine.connectors.sql.connector import SqlConnector

__all__ = ["SqlConnector"]

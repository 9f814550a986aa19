"""Tryton over its network API."""

from syncengine.connectors.tryton.connector import TrytonConnector

__all__ = ["TrytonConnector"]

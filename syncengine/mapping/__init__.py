"""Mapping: what a system said, in the words and types of the field catalogue."""

from __future__ import annotations

from syncengine.mapping.drift import ConfigurationError, Drift, drift
from syncengine.mapping.head import sortable_version
from syncengine.mapping.payload import content_hash, payload_column, rows_from_payloads
from syncengine.mapping.plan import MappingPlan, compile_stream
from syncengine.mapping.rows import map_rows

__all__ = [
    "ConfigurationError",
    "Drift",
    "MappingPlan",
    "compile_stream",
    "content_hash",
    "drift",
    "map_rows",
    "payload_column",
    "rows_from_payloads",
    "sortable_version",
]

"""The evidence a decision was made on: what the records said, raw, so that it can be standardised afresh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.frames import rows
from syncengine.resolution.living import MATCHED


def snapshot_of(records: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Values that matching looks at, by record id; what a record does not say is left out."""
    columns = ", ".join(f"c.{name}" for name in MATCHED)
    found = rows(
        f"SELECT crosswalk_id, {columns} FROM syncengine_canonicalaccount c WHERE crosswalk_id = ANY(%s) ORDER BY 1",
        [list(records)],
    )
    return {str(record): _told(dict(zip(MATCHED, values, strict=True))) for record, *values in found}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}

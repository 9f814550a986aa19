"""Tryton's JSON values as text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from syncengine.connectors.text import value_text

REFERENCE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+,\d+")
CREATED, WRITTEN, MODIFIED = "create_date", "write_date", "record.modified_at"


def _instant(v: Mapping[str, Any]) -> str:
    # Tryton keeps instants in UTC without saying so; always six digits, so that texts sort by time.
    at = datetime(v["year"], v["month"], v["day"], v["hour"], v["minute"], v["second"], v["microsecond"], UTC)
    return at.isoformat(timespec="microseconds")


CLASSES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "Decimal": lambda v: str(v["decimal"]),
    "date": lambda v: date(v["year"], v["month"], v["day"]).isoformat(),
    "datetime": _instant,
    "time": lambda v: time(v["hour"], v["minute"], v["second"], v["microsecond"]).isoformat(),
    "timedelta": lambda v: str(timedelta(seconds=v["seconds"]).total_seconds()),
    "bytes": lambda v: str(v["base64"]),
}


def flat_record(record: Mapping[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Return a record as flat texts.

    What a dotted field fetched stands under its dotted name (of a list, what its first record has). A
    reference `model,id` has its id also under `<field>.id`, a list the first id under `<field>.first`.
    """
    flat: dict[str, str | None] = {}
    for name, value in record.items():
        if name.endswith("."):
            fetched = next(iter(value), {}) if isinstance(value, list) else value
            flat.update(flat_record(fetched or {}, prefix + name))
        else:
            _put(flat, prefix + name, value)
    return flat


def _put(flat: dict[str, str | None], name: str, value: Any) -> None:
    if isinstance(value, dict):
        known = CLASSES.get(value.get("__class__", ""))
        flat[name] = known(value) if known else json.dumps(value, ensure_ascii=False)
        return
    flat[name] = value_text(value)
    if isinstance(value, list):
        flat[f"{name}.first"] = str(value[0]) if value else None
    elif isinstance(value, str) and REFERENCE.fullmatch(value):
        flat[f"{name}.id"] = value.rpartition(",")[2]


def with_modified(flat: dict[str, str | None]) -> dict[str, str | None]:
    """Add when the record changed: `write_date` is empty until its first update."""
    flat[MODIFIED] = flat.get(WRITTEN) or flat.get(CREATED)
    return flat


def tryton_instant(at: datetime) -> dict[str, Any]:
    """Return an instant as Tryton's JSON has it."""
    at = at.astimezone(UTC)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{part: getattr(at, part) for part in parts}}

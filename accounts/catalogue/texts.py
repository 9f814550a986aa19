"""A typed value as one text, the same from wherever it comes, so that it can be compared and kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.catalogue.fields import FieldSpec

NUMBERS = ("decimal", "money", "percent")


def text_of(field: FieldSpec, value: Any) -> str | None:
    """A Python value of the field as text; what is unknown stays unknown."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if field.type in NUMBERS:
        plain = f"{Decimal(str(value)):f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return ";".join(value) if isinstance(value, list | tuple) else str(value)

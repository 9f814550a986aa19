"""Which definition is in force: versions as rows, the first of them what the product comes with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.health.definition import Definition, parse, shipped_document
from accounts.models import HealthVersion, User
from accounts.selectors.snapshot import once


@lru_cache(maxsize=64)
def _parsed(number: int, applied_at: datetime | None) -> Definition:
    if applied_at is None:
        return parse(shipped_document(), number)
    return parse(HealthVersion.objects.get(number=number).definition, number)


@once
def current_definition() -> Definition:
    """The definition in force; what is shipped where none has been kept yet."""
    row = HealthVersion.objects.order_by("-number").values_list("number", "applied_at").first()
    return _parsed(*row) if row else _parsed(0, None)


def definition_of(number: int) -> Definition:
    """The definition of a version."""
    applied = HealthVersion.objects.filter(number=number).values_list("applied_at", flat=True).first()
    return _parsed(number, applied)


def ensure_version(*, at: datetime) -> Definition:
    """The definition in force, kept as the first version where there was none."""
    found = current_definition()
    if found.number:
        return found
    row = HealthVersion.objects.create(definition=shipped_document(), note="as shipped", applied_at=at)
    return definition_of(row.number)


def revert_definition(*, number: int, by: User | None, at: datetime) -> Definition:
    """Put an earlier version in force again, as a new one; raises HealthVersion.DoesNotExist."""
    earlier = HealthVersion.objects.get(number=number)
    return apply_definition(document=earlier.definition, by=by, at=at, note=f"back to version {number}")


@transaction.atomic
def apply_definition(*, document: Mapping[str, Any], by: User | None, at: datetime, note: str = "") -> Definition:
    """Put a definition in force; the current one where it says the same. Past days keep theirs."""
    parse(document, 0)
    current = HealthVersion.objects.select_for_update().order_by("-number").first()
    if current is not None and current.definition == dict(document):
        return definition_of(current.number)
    row = HealthVersion.objects.create(definition=dict(document), note=note, applied_at=at, applied_by=by)
    detail = {"before": current.number if current else None, "note": note}
    audit.record(user=by, action="applied health profiles", object="health", row_id=row.number, detail=detail, at=at)
    return definition_of(row.number)

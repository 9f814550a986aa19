"""What a row was on a past day: the change log's before-images undone from today backwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection

from accounts.access import field_access, treatment
from accounts.access.fields import Reader
from accounts.catalogue import ObjectSpec, load
from accounts.models import Change


def get_row_as_of(name: str, row_id: int, at: datetime) -> dict[str, Any] | None:
    """The columns of one object's row as they stood at a moment; None before its birth.

    The oldest image taken after the moment is what stood then; without one the row has not changed since.
    """
    spec = load()[name]
    after = Change.objects.filter(object=spec.code, row_id=row_id, changed_at__gt=at)
    before: dict[str, Any] | None = after.order_by("changed_at", "id").values_list("before", flat=True).first()
    row = before if before is not None else _present(spec.model, row_id)
    if row is None or _born_after(name, row_id, row, at):
        return None
    return row


def _present(model: str, row_id: int) -> dict[str, Any] | None:
    table = apps.get_model("accounts", model)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t WHERE id = %s", [row_id])
        found = cursor.fetchone()
    return dict(json.loads(found[0])) if found else None


def _born_after(name: str, row_id: int, row: dict[str, Any], at: datetime) -> bool:
    """Golden records know their birth; a document is born with its first publish, which its oldest image tells."""
    born = row.get("created_at")
    if born is None:
        oldest = Change.objects.filter(object=load()[name].code, row_id=row_id).order_by("changed_at", "id").first()
        born = (oldest.before if oldest else row).get("published_at")
    return born is not None and datetime.fromisoformat(born) > at


@dataclass(frozen=True)
class FieldChange:
    """One field of a row that changed."""

    field: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RowChange:
    """One change of a row: when, why, and what of it the reader may see."""

    at: datetime
    cause: str
    policy_version: int
    fields: tuple[FieldChange, ...]
    hidden: int


def list_changes(user: Reader, name: str, row_id: int, *, limit: int = 25) -> list[RowChange]:
    """The latest changes of one object's row as differences, the newest first; two queries."""
    spec = load()[name]
    if treatment(user, "provenance") not in ("full", "summary"):
        return []
    found = list(Change.objects.filter(object=spec.code, row_id=row_id).order_by("-changed_at", "-id")[:limit])
    after = _present(spec.model, row_id) if found else None
    changes = []
    for change in found:
        changes.append(_difference(user, spec, change, after or {}))
        after = change.before
    return [change for change in changes if change.fields or change.hidden]


def _difference(user: Reader, spec: ObjectSpec, change: Change, after: dict[str, Any]) -> RowChange:
    """Values are for who sees provenance in full; the others are told that something changed."""
    access, full = field_access(user, spec.name), treatment(user, "provenance") == "full"
    moved = [field for field in spec.fields.values() if change.before.get(field.name) != after.get(field.name)]
    told = [field for field in moved if full and access.allows(field.name)]
    fields = tuple(
        FieldChange(field.name, field.label, change.before.get(field.name), after.get(field.name)) for field in told
    )
    return RowChange(change.changed_at, change.cause, change.policy_version, fields, len(moved) - len(told))

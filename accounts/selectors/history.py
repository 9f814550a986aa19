"""What a row was on a past day: the change log's before-images undone from today backwards."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection

from accounts.catalogue import load
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

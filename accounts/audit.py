"""The audit log: who read, exported or changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.utils import timezone

from accounts.models import AuditEntry, User


def record(
    *,
    user: User | None,
    action: str,
    object: str = "",
    row_id: int | None = None,
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """An entry for one act; written in the transaction of the act itself, so both stand or fall."""
    bound = structlog.contextvars.get_contextvars()
    seen_by = {"viewed_by": bound["viewed_by"]} if "viewed_by" in bound else {}  # an administrator seeing as the user
    return AuditEntry.objects.create(
        at=at or timezone.now(),
        user=user,
        user_label=str(user) if user else "system",
        action=action,
        object=object,
        row_id=row_id,
        detail=(detail or {}) | seen_by,
        request_id=bound.get("request_id", ""),
    )

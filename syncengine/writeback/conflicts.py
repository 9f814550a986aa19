"""A target that says something else than when a change was decided becomes a question, never an overwrite."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.catalogue import load
from syncengine.models import OutboxMessage, StewardTask

DAYS = 3


def open_conflict(
    message: OutboxMessage, *, now: datetime, reason: str, current: Mapping[int, str | None] | None = None
) -> StewardTask:
    """The task of a message, asked once: what we wanted, what stood, and what stands in the target now."""
    named = load().by_code[message.object]
    spec = named.by_code
    own = named.name == "account"
    fields = list(message.fields.order_by("field"))
    values = [
        {
            "field": f.field, "label": spec[f.field].label, "wanted": f.value, "base": f.base,
            "current": (current or {}).get(f.field),
        }
        for f in fields
    ]  # fmt: skip
    # The field that nobody agrees on; where several do not, the first stands for them.
    differing = next((v for v in values if v["current"] not in (v["wanted"], v["base"])), values[0] if values else None)
    task, _ = StewardTask.objects.get_or_create(
        kind="conflict",
        subject=f"write-back {message.pk}",
        state="open",
        defaults={
            "account_id": message.account_id,
            "field": differing["field"] if differing and own else None,
            "records": [message.record_id] if message.record_id and own else [],
            "reason": reason,
            "evidence": {"message": message.pk, "object": named.name, "values": values},
            "opened_at": now,
        },
    )
    return task

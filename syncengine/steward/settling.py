"""Answering a task once: it is held while it is answered, and closed with its outcome."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from syncengine.models import Decision, StewardTask


class AlreadySettled(Exception):
    """Somebody answered the task before, or it settled itself."""


def locked(task: StewardTask) -> StewardTask:
    """The task, held for this transaction; raises AlreadySettled where it is answered."""
    held = StewardTask.objects.select_for_update().get(pk=task.pk)
    if held.state != "open":
        raise AlreadySettled(f"The task was settled already: {held.outcome or held.state}.")
    return held


def close(
    task: StewardTask,
    *,
    user: User,
    now: datetime,
    outcome: str,
    decision: Decision | None = None,
    pin: object | None = None,
) -> None:
    """Mark a task answered."""
    StewardTask.objects.filter(pk=task.pk).update(
        state="done", outcome=outcome, decision=decision, pin=pin, closed_by=user, closed_at=now
    )

"""Stopping a run: a person asks, and the run ends after the batch it is at; what has landed stands."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from syncengine.models import Run


class Cancelled(Exception):
    """Somebody asked the run to end."""


class NotRunning(ValueError):
    """There is nothing to cancel."""


@transaction.atomic
def ask_to_cancel(*, run: Run, user: User, now: datetime) -> None:
    """Ask a run to end; it does so between two batches."""
    if not Run.objects.filter(pk=run.pk, state="running", stream__isnull=False).update(cancel_asked_at=now):
        raise NotRunning("This run has ended already.")
    audit.record(user=user, action="run: cancel", object="stream", row_id=run.stream_id, at=now,
                 detail={"run": run.pk})  # fmt: skip


def raise_if_asked(run_id: int) -> None:
    """End here where somebody asked for it. Raises Cancelled."""
    if Run.objects.filter(pk=run_id, cancel_asked_at__isnull=False).exists():
        raise Cancelled("cancelled; what had landed by then stands")

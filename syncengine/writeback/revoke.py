"""Taking back what was decided on a change: it waits again, or the old values are written where it was carried out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.models import AccountCrosswalk, ChangeRequest, User
from syncengine.models import OutboxMessage, Pin, StewardTask
from syncengine.steward.bindings import touch
from syncengine.writeback.requests import survivor
from syncengine.writeback.undo import CannotUndo, undo_message

MOVING = ("sending", "sent", "unknown")


@transaction.atomic
def revoke(*, task: StewardTask, user: User, now: datetime) -> str:
    """What became of it, in words. Raises CannotUndo while a target is being written, or has moved on since."""
    task = StewardTask.objects.select_for_update().get(pk=task.pk)
    request = ChangeRequest.objects.select_for_update().get(pk=task.request_id or 0)
    if task.state != "done" or request.state not in ("approved", "applied", "rejected"):
        raise CannotUndo("Nothing to undo: nobody has decided this.")
    messages = list(OutboxMessage.objects.select_for_update().filter(request=request).order_by("pk"))
    if any(message.state in MOVING for message in messages):
        raise CannotUndo("It is being written at this moment; take it back once the target has answered.")
    record(user=user, action="took a decision back", object="account", row_id=request.account_id, at=now,
           detail={"task": task.pk, "request": request.pk, "was": request.state})  # fmt: skip
    if any(message.state == "confirmed" for message in messages):
        return _write_back(task, request, messages, user, now)
    return _wait_again(task, request, now)


def _write_back(
    task: StewardTask, request: ChangeRequest, messages: list[OutboxMessage], user: User, now: datetime
) -> str:
    """What was written goes back as a new write of the old values; the rest is never sent."""
    for message in messages:
        if message.state == "confirmed":
            undo_message(message=message, user=user, now=now)
    _stop(request, now)
    StewardTask.objects.filter(pk=task.pk).update(state="obsolete", outcome="taken back", closed_at=now)
    return "Taken back. The old values are on their way to where the new ones were written."


def _wait_again(task: StewardTask, request: ChangeRequest, now: datetime) -> str:
    """Nothing has left the house: the question is open as it was."""
    if request.state == "applied" and request.kind not in ("sync", "event"):
        _stop(request, now)
        _unpin(request, now)
    else:
        for message in OutboxMessage.objects.filter(request=request, state__in=["planned", "cancelled"], attempts=0):
            extra = {name: value for name, value in message.extra.items() if name != "rejected"}
            OutboxMessage.objects.filter(pk=message.pk).update(state="waiting", settled_at=None, reason="", extra=extra)
    ChangeRequest.objects.filter(pk=request.pk).update(
        state="waiting", decided_by=None, decided_at=None, applied_at=None, answer=""
    )
    StewardTask.objects.filter(pk=task.pk).update(state="open", outcome="", closed_at=None, closed_by=None)
    return "Taken back. The question is open again."


def _stop(request: ChangeRequest, now: datetime) -> None:
    """Nothing of it is sent; a later yes plans it anew, so the messages no longer stand for the decision."""
    for message in OutboxMessage.objects.filter(request=request).exclude(state="confirmed"):  # one a target
        OutboxMessage.objects.filter(pk=message.pk).update(
            state="cancelled" if message.state == "planned" else message.state, reason="the decision was taken back",
            settled_at=now, decision=f"{message.decision}, taken back as {message.pk}",
        )  # fmt: skip


def _unpin(request: ChangeRequest, now: datetime) -> None:
    """Its pins are released, and those it had replaced stand again."""
    account = survivor(request.account)
    records = AccountCrosswalk.objects.filter(account=account)
    codes = [change["field"] for change in request.changes]
    pins, applied_at = Pin.objects.filter(record__in=records, field__in=codes), request.applied_at
    if applied_at is None:
        return
    touched = list(pins.filter(pinned_at=applied_at, released_at=None).values_list("record_id", flat=True))
    pins.filter(pinned_at=applied_at, released_at=None).update(released_at=now)
    pins.filter(released_at=applied_at).update(released_at=None, released_by=None)
    if touched:
        touch(sorted(set(touched)), cause=f"request {request.pk} taken back", now=now)

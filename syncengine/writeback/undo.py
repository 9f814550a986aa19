"""Undoing what was written: a new write of the old values, where nobody has changed them since."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.models import ChangeRequest, User
from syncengine.models import Echo, OutboxMessage
from syncengine.writeback.outbox import is_told
from syncengine.writeback.wake import wake_outbox


class CannotUndo(ValueError):
    """It was never written, or the target has changed it since."""


@transaction.atomic
def undo_message(*, message: OutboxMessage, user: User, now: datetime) -> ChangeRequest:
    """A request, approved by who undoes, for the values that stood before; it is sent like any other."""
    locked = OutboxMessage.objects.select_for_update().get(pk=message.pk)
    fields = list(locked.fields.order_by("field"))
    if not is_told(locked) or locked.account is None:
        raise CannotUndo("It follows what another system says; it changes back when that does.")
    if locked.state != "confirmed" or locked.record_id is None:
        raise CannotUndo("Only what was written and confirmed can be written back.")
    if ChangeRequest.objects.filter(kind="undo", detail__message=locked.pk).exists():
        raise CannotUndo("This was undone already.")
    standing = Echo.objects.filter(message=locked, closed_at=None).count()
    if standing < len(fields):
        raise CannotUndo("The target has changed the value since; what stands there now is its own.")
    if any(found.base is None for found in fields):
        raise CannotUndo("Nothing stood there before, and nothing cannot be written.")
    request = ChangeRequest.objects.create(
        account=locked.account, kind="undo", state="approved", requested_by=user, requested_at=now,
        decided_by=user, decided_at=now, reason=f"undo of what was written at {locked.sent_at:%d %b %Y %H:%M} UTC",
        changes=[{"field": f.field, "before": f.value, "after": f.base} for f in fields],
        detail={"message": locked.pk, "record_id": locked.record_id},
    )  # fmt: skip
    record(user=user, action="undid a write-back", object="account", row_id=locked.account_id, at=now,
           detail={"message": locked.pk, "request": request.pk})  # fmt: skip
    wake_outbox()
    return request

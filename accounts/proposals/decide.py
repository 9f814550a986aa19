"""Deciding on a request: by the roles it names, never by who asked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.access.edits import may_approve
from accounts.audit import record
from accounts.catalogue import load
from accounts.models import ChangeRequest, User


class NotYours(PermissionError):
    """The person asked for it themselves, or has not the role to decide."""


class AlreadyDecided(ValueError):
    """Somebody was faster."""


class NoReason(ValueError):
    """A no without its why."""


def may_decide(user: User, request: ChangeRequest) -> bool:
    """Whether the user may approve or reject: every field is theirs to approve, and they did not ask for it."""
    if not user.is_active or user.role not in request.approvers or request.requested_by_id == user.pk:
        return False
    if request.kind in ("sync", "event"):  # what systems ask names who decides, whatever its fields
        return True
    fields = load()["account"].by_code
    return all(may_approve(user, fields[change["field"]]) for change in request.changes)


@transaction.atomic
def approve(*, request: ChangeRequest, user: User, now: datetime, answer: str = "") -> ChangeRequest:
    """Yes: the sync engine takes it from here."""
    return _decide(request, user, now, "approved", answer)


@transaction.atomic
def reject(*, request: ChangeRequest, user: User, now: datetime, answer: str) -> ChangeRequest:
    """No, and why."""
    if not answer.strip():
        raise NoReason("Say why, so that whoever asked can do better.")
    return _decide(request, user, now, "rejected", answer)


def _decide(request: ChangeRequest, user: User, now: datetime, state: str, answer: str) -> ChangeRequest:
    locked = ChangeRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state != "waiting":
        raise AlreadyDecided(f"This is decided already: {locked.state}.")
    if not may_decide(user, locked):
        raise NotYours("Somebody else has to decide this.")
    ChangeRequest.objects.filter(pk=locked.pk).update(
        state=state, decided_by=user, decided_at=now, answer=answer.strip()
    )
    record(user=user, action=f"{state} a change", object="account", row_id=locked.account_id, at=now,
           detail={"request": locked.pk, "changes": locked.changes, "answer": answer})  # fmt: skip
    locked.refresh_from_db()
    return locked

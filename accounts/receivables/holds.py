"""Lifting a credit hold for a while: one person asks, another who answers for credit decides."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts import audit
from accounts.access import scope_of, treatment
from accounts.models import Account, HoldRelease, User


class BadRelease(ValueError):
    """The release cannot be asked for or decided like this; says what to change."""


@transaction.atomic
def request_release(*, account: Account, reason: str, until_date: date, by: User, now: datetime) -> HoldRelease:
    """Ask that deliveries go on until a day."""
    if treatment(by, "credit") not in ("full", "summary") or not scope_of(by).covers(account):
        raise PermissionDenied("You can only ask for customers whose credit you see.")
    if not account.credit_hold:
        raise BadRelease("The customer is not on hold.")
    if not reason.strip():
        raise BadRelease("Say why the hold should be lifted.")
    if until_date <= now.date():
        raise BadRelease("The release needs a last day in the future.")
    try:
        with transaction.atomic():
            made = HoldRelease.objects.create(
                account=account, reason=reason.strip(), until_date=until_date, requested_by=by,
                requested_by_label=str(by), requested_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise BadRelease("A release of this hold waits for a decision already.") from error
    _record("hold release requested", made, by, now)
    return made


@transaction.atomic
def decide_release(*, release: HoldRelease, approve: bool, note: str, by: User, now: datetime) -> None:
    """Yes or no, by somebody else who sees credit in full; the ERP is told by its own people."""
    if treatment(by, "credit") != "full":
        raise PermissionDenied("Only roles that see credit in full decide on holds.")
    if release.requested_by_id == by.pk:
        raise BadRelease("Somebody else has to decide on what you asked for.")
    if approve and release.until_date <= now.date():
        raise BadRelease("Its last day has passed. Ask for a new release.")
    state = "approved" if approve else "refused"
    changed = HoldRelease.objects.filter(pk=release.pk, state="requested").update(
        state=state, decided_by=by, decided_by_label=str(by), decided_at=now, decision_note=note.strip()
    )
    if not changed:
        raise BadRelease("The release has been decided already.")
    _record(f"hold release {state}", release, by, now)


def _record(action: str, release: HoldRelease, by: User, now: datetime) -> None:
    detail = {"release": release.pk, "until": str(release.until_date), "reason": release.reason}
    audit.record(user=by, action=action, object="account", row_id=release.account_id, detail=detail, at=now)

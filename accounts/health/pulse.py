"""What people know and no system tells: points given or taken by hand, with the reason, for sixty days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import treatment
from accounts.golden import touched
from accounts.health.renewal import renew_health
from accounts.models import Account, HealthPulse, User

LASTS = timedelta(days=60)
MOST = 10


class PulseRefused(ValueError):
    """A pulse that cannot be given, with the reason."""


def may_give(user: User) -> bool:
    """Who sees the score in full may say what it misses."""
    return treatment(user, "health") == "full"


@transaction.atomic
def give_pulse(*, account: Account, points: int, reason: str, by: User, at: datetime) -> HealthPulse:
    """Let the customer's score rise or fall by up to ten points; replaces an earlier pulse."""
    reason = reason.strip()
    if not may_give(by):
        raise PulseRefused("Your role does not see the score of this customer.")
    if not points or abs(points) > MOST:
        raise PulseRefused(f"Give between 1 and {MOST} points, or take as many.")
    if not reason:
        raise PulseRefused("Say why, so that others can judge it.")
    HealthPulse.objects.filter(account=account, withdrawn_at=None).update(withdrawn_at=at)
    expires = (timezone.localtime(at) + LASTS).date()
    pulse = HealthPulse.objects.create(
        account=account, points=points, reason=reason, given_by=by, given_at=at, expires_date=expires
    )
    _renew(account, at)
    detail = {"points": points, "reason": reason, "expires": f"{expires}"}
    audit.record(user=by, action="gave a pulse", object="account", row_id=account.pk, detail=detail, at=at)
    return pulse


@transaction.atomic
def withdraw_pulse(*, account: Account, by: User, at: datetime) -> int:
    """Take back what was given by hand; how many pulses that were."""
    if not may_give(by):
        raise PulseRefused("Your role does not see the score of this customer.")
    count = HealthPulse.objects.filter(account=account, withdrawn_at=None).update(withdrawn_at=at)
    if count:
        _renew(account, at)
        audit.record(user=by, action="withdrew a pulse", object="account", row_id=account.pk, at=at)
    return count


def _renew(account: Account, at: datetime) -> None:
    touched.begin()
    touched.touch("SELECT %s::bigint", [account.pk])
    touched.settle()
    renew_health(at=at, today=timezone.localdate(at))

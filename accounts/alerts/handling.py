"""What people do with alerts; each act leaves an audit entry."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.models import Alert, AlertPreference, User
from accounts.models.alert import new_secret

LONGEST_SLEEP = timedelta(days=180)


class AlertClosed(ValueError):
    """The alert's condition ended meanwhile."""


class BadSnooze(ValueError):
    """A snooze without a reason or without a sensible end."""


class BadWebhook(ValueError):
    """An address alerts cannot be sent to."""


@transaction.atomic
def acknowledge(*, alert: Alert, by: User, at: datetime) -> None:
    """Somebody has taken it up; it stays until its condition ends and is told nobody any more."""
    _open(alert)
    Alert.objects.filter(pk=alert.pk).update(
        acknowledged_at=at, acknowledged_by=by, snoozed_until=None, snooze_reason="", snoozed_by=None
    )
    audit.record(user=by, action="alert acknowledged", object="alert", row_id=alert.pk, at=at)


@transaction.atomic
def snooze(*, alert: Alert, until: datetime, reason: str, by: User, at: datetime) -> None:
    """Quiet until then, for a reason others can read."""
    _open(alert)
    if not reason.strip():
        raise BadSnooze("Say why it can wait, so that others know.")
    if not at < until <= at + LONGEST_SLEEP:
        raise BadSnooze(f"It can wait until a day within the next {LONGEST_SLEEP.days} days.")
    Alert.objects.filter(pk=alert.pk).update(
        snoozed_until=until, snooze_reason=reason.strip(), snoozed_by=by, acknowledged_at=None, acknowledged_by=None
    )
    detail = {"until": until.isoformat(), "reason": reason.strip()}
    audit.record(user=by, action="alert snoozed", object="alert", row_id=alert.pk, detail=detail, at=at)


@transaction.atomic
def wake(*, alert: Alert, by: User, at: datetime) -> None:
    """Takes an acknowledgement or snooze back."""
    Alert.objects.filter(pk=alert.pk).update(
        acknowledged_at=None, acknowledged_by=None, snoozed_until=None, snooze_reason="", snoozed_by=None
    )
    audit.record(user=by, action="alert woken", object="alert", row_id=alert.pk, at=at)


@transaction.atomic
def set_preference(
    *, user: User, digest_mail: bool, instant_mail: bool, webhook_url: str, at: datetime
) -> AlertPreference:
    """How the user wants to be told from now on; what was opened before is not sent again."""
    if webhook_url and not webhook_url.startswith("https://"):
        raise BadWebhook("A webhook's address begins with https://")
    first = {"since": at, "webhook_secret": new_secret()}
    preference, _ = AlertPreference.objects.get_or_create(user=user, defaults=first)
    AlertPreference.objects.filter(pk=preference.pk).update(
        digest_mail=digest_mail, instant_mail=instant_mail, webhook_url=webhook_url, since=at
    )
    detail = {"digest_mail": digest_mail, "instant_mail": instant_mail, "webhook": bool(webhook_url)}
    audit.record(user=user, action="alert preference set", object="user", row_id=user.pk, detail=detail, at=at)
    preference.refresh_from_db()
    return preference


def _open(alert: Alert) -> None:
    """Holds the row, so that it cannot close between the look and the act."""
    held = Alert.objects.select_for_update().get(pk=alert.pk)
    if held.closed_at is not None:
        raise AlertClosed("This alert is over: what it told is no longer so.")

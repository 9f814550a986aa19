"""Which alerts are sent to whom: a row stands before anything is sent, and is claimed once.

Sending happens elsewhere. A row goes planned → sending (committed) → sent or failed; one left in sending is
unknown after a while and is never sent again: a message too few is read in the portal, one too many annoys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.alerts.inbox import AlertRow, for_role, told, visible_alerts, waiting
from accounts.alerts.rules import AUDIENCES
from accounts.alerts.versions import rules_in_force
from accounts.models import Alert, AlertDelivery, AlertPreference, User

LEASE = timedelta(minutes=10)
INSTANT_WITHIN = timedelta(hours=6)  # after an outage the digest tells the rest
DIGEST_AFTER_HOUR = 6
MOST_IN_A_DIGEST = 100


@dataclass(frozen=True)
class Message:
    """What is sent: to whom, by which way, and the alerts it tells of."""

    delivery: AlertDelivery
    user: User
    rows: tuple[AlertRow, ...]
    address: str
    secret: str


def plan_instant(*, now: datetime) -> int:
    """Delivery rows for alerts of instant rules that have just opened; how many are new."""
    names = [rule.name for rule in rules_in_force().rules.values() if rule.instant]
    fresh = Alert.objects.filter(rule__in=names, opened_at__gt=now - INSTANT_WITHIN, held_back=False)
    if not waiting(fresh, now).exists():
        return 0
    planned: list[AlertDelivery] = []
    for person in _people():  # people who are told something are few; alerts of each come in one query
        mine = _mine(person, now).filter(rule__in=names, opened_at__gt=now - INSTANT_WITHIN)
        ids = list(mine.order_by("id").values_list("pk", flat=True)[:MOST_IN_A_DIGEST])
        ways = _ways(person, "instant")
        planned += [_row(person.user, way, "instant", str(id), [id], now) for id in ids for way in ways]
    return _insert(planned)


def plan_digest(*, now: datetime) -> int:
    """One row a person, way and day for what opened since the last digest; how many are new."""
    local = timezone.localtime(now)
    if local.hour < DIGEST_AFTER_HOUR:
        return 0
    day = local.date().isoformat()
    done = set(AlertDelivery.objects.filter(kind="digest", occasion=day).values_list("user_id", flat=True))
    planned: list[AlertDelivery] = []
    for person in _people():
        if person.user_id in done:
            continue
        since = max(person.since, now - timedelta(days=1, hours=2))
        fresh = _mine(person, now).filter(Q(opened_at__gt=since) | Q(snoozed_until__gt=since))
        ids = list(fresh.order_by("-id").values_list("pk", flat=True)[:MOST_IN_A_DIGEST])
        planned += [_row(person.user, way, "digest", day, ids, now) for way in _ways(person, "digest") if ids]
    return _insert(planned)


def claim(*, now: datetime) -> Message | None:
    """The next message to send, marked as being sent before anybody hears of it; None if nothing is due."""
    AlertDelivery.objects.filter(state="sending", claimed_at__lt=now - LEASE).update(
        state="unknown", finished_at=now, detail="The sender stopped before it could say whether this arrived."
    )
    with transaction.atomic():
        due = AlertDelivery.objects.select_for_update(skip_locked=True, of=("self",))
        row = due.filter(state="planned").select_related("user").order_by("planned_at", "pk").first()
        if row is None:
            return None
        AlertDelivery.objects.filter(pk=row.pk).update(state="sending", claimed_at=now)
    return _message(row, now)


def finish(delivery: AlertDelivery, *, sent: bool, now: datetime, detail: str = "") -> None:
    """Keep what became of a claimed message."""
    state = "sent" if sent else "failed"
    claimed = AlertDelivery.objects.filter(pk=delivery.pk, state="sending")
    claimed.update(state=state, finished_at=now, detail=detail[:500])


def _people() -> Sequence[AlertPreference]:
    """Everybody active whose role is told something, with what they chose; the default where they chose nothing."""
    roles = set(AUDIENCES.values())
    users = User.objects.filter(is_active=True, role__in=roles).select_related("alert_preference").order_by("pk")
    return [_preference(user) for user in users]


def _preference(user: User) -> AlertPreference:
    """Nobody is sent what was there before they came."""
    found = getattr(user, "alert_preference", None)
    if found is not None:
        found.user = user
        return found
    return AlertPreference(user=user, since=user.date_joined)


def _mine(person: AlertPreference, now: datetime) -> Any:
    """What waits for the person: of other people's customers nothing, of nobody's customers everything in reach."""
    rows = for_role(person.user, waiting(visible_alerts(person.user), now))
    rows = rows.filter(held_back=False, opened_at__gte=person.since)
    if person.user.role != "sales":
        return rows
    mine, known = _names([person.user]), _names(User.objects.filter(is_active=True, role="sales"))
    return rows.filter(Q(account__owner__in=mine) | ~Q(account__owner__in=known))


def _names(users: Iterable[User]) -> list[str]:
    """What sources may call these people as owners of customers."""
    return [name for user in users for name in (user.get_full_name(), user.email) if name]


def _ways(person: AlertPreference, kind: str) -> list[str]:
    by_mail = person.digest_mail if kind == "digest" else person.instant_mail
    mail = ["mail"] if by_mail and person.user.email and not person.user.is_demo else []
    return mail + (["webhook"] if person.webhook_url else [])


def _row(user: User, way: str, kind: str, occasion: str, ids: list[int], now: datetime) -> AlertDelivery:
    return AlertDelivery(user=user, channel=way, kind=kind, occasion=occasion, alert_ids=ids, planned_at=now)


def _insert(rows: list[AlertDelivery]) -> int:
    """Insert what is not there yet; the constraint keeps anything from being told twice."""
    before = AlertDelivery.objects.count() if rows else 0
    AlertDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return AlertDelivery.objects.count() - before if rows else 0


def _message(row: AlertDelivery, now: datetime) -> Message:
    """What the person may see at the moment of sending; rights taken away meanwhile count."""
    alerts = visible_alerts(row.user).filter(pk__in=row.alert_ids).select_related("account", "source").order_by("-id")
    found = AlertPreference.objects.filter(user=row.user).first()
    address = row.user.email if row.channel == "mail" else (found.webhook_url if found else "")
    return Message(row, row.user, told(alerts, now), address, found.webhook_secret if found else "")

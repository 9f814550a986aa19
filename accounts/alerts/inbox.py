"""Alerts as one reader sees them: of classes the role sees in full, of customers within reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404

from accounts.access import scope_of, treatment
from accounts.access.fields import Reader
from accounts.alerts.rules import AlertRule, alert_rules
from accounts.models import Account, Alert
from accounts.selectors.paging import Order, keyset_page

COUNTED_UP_TO = 100  # the bell says 99+ beyond
SORTS = {
    order.name: order
    for order in (
        Order("opened_at", F("opened_at"), datetime.fromisoformat),
        Order("id", F("id"), int),
    )
}


@dataclass(frozen=True)
class AlertRow:
    """One alert with what it says."""

    alert: Alert
    rule: AlertRule
    about: str
    text: str
    sleeping: bool

    @property
    def id(self) -> int:
        """The alert's id."""
        return int(self.alert.pk)


@dataclass(frozen=True)
class AlertPage:
    """A page of alerts, the latest first."""

    rows: tuple[AlertRow, ...]
    next: str | None
    previous: str | None


def rules_of(user: Reader) -> tuple[AlertRule, ...]:
    """The rules whose alerts the user may see; of runs also who sees only the errors."""
    return tuple(rule for rule in alert_rules().rules.values() if _sees(user, rule))


def _sees(user: Reader, rule: AlertRule) -> bool:
    seen = treatment(user, rule.sensitivity)
    return seen == "full" or (rule.about == "source" and seen in ("summary", "masked"))


def visible_alerts(user: Reader) -> QuerySet[Alert]:
    """Every alert the user may see, closed ones too."""
    rows = Alert.objects.filter(rule__in=[rule.name for rule in rules_of(user)])
    if treatment(user, "identity") == "none":
        return rows.none()
    scope = scope_of(user)
    return rows if scope.everything else rows.filter(scope.condition("account"))


def for_role(user: Reader, rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Those of rules that tell the user's role."""
    role = getattr(user, "role", "")
    return rows.filter(rule__in=[rule.name for rule in rules_of(user) if role in rule.roles])


def waiting(rows: QuerySet[Alert], now: datetime) -> QuerySet[Alert]:
    """Open ones nobody has taken up: not acknowledged, asleep or muted."""
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)
    return rows.filter(awake, closed_at__isnull=True, acknowledged_at__isnull=True, muted=False)


def count_alerts(user: Reader, now: datetime) -> int:
    """How many alerts wait for the user's role, counted to a hundred."""
    return int(for_role(user, waiting(visible_alerts(user), now))[:COUNTED_UP_TO].count())


def list_alerts(
    rows: QuerySet[Alert], *, now: datetime, sort: str = "-opened_at", cursor: str | None = None, limit: int = 50
) -> AlertPage:
    """A page of alerts already narrowed to what the user may see."""
    order = SORTS[sort.removeprefix("-")]
    order = order.reversed() if sort.startswith("-") else order
    page = keyset_page(rows.select_related("account", "source"), order, cursor, limit)
    return AlertPage(told(page.rows, now), page.next, page.previous)


def account_alerts(user: Reader, account: Account, *, now: datetime, limit: int = 8) -> tuple[AlertRow, ...]:
    """Open alerts of one customer, the gravest first."""
    rows = visible_alerts(user).filter(account=account, closed_at__isnull=True).select_related("account", "source")
    rank = {"bad": 0, "warn": 1, "info": 2}
    found = sorted(told(rows[:50], now), key=lambda row: (row.sleeping, rank[row.alert.severity], -row.id))
    return tuple(found[:limit])


def get_alert(user: Reader, id: int) -> Alert:
    """An alert the user may see; not found otherwise."""
    found = visible_alerts(user).select_related("account", "source").filter(pk=id).first()
    if found is None:
        raise Http404("No such alert.")
    return found


def told(alerts: Iterable[Alert], now: datetime) -> tuple[AlertRow, ...]:
    """Alerts with their sentences; those of a rule that is no more are left out."""
    rules = alert_rules().rules
    return tuple(_row(alert, rules[alert.rule], now) for alert in alerts if alert.rule in rules)


def _row(alert: Alert, rule: AlertRule, now: datetime) -> AlertRow:
    about: Any = alert.account or alert.source
    asleep = alert.snoozed_until is not None and alert.snoozed_until > now
    return AlertRow(alert, rule, str(about or "Portal"), rule.told(alert.facts), asleep)

"""What a role sees first: headline figures of all its customers, and what needs the person now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import visible_accounts
from accounts.alerts.inbox import AlertRow, for_role, told, visible_alerts, waiting
from accounts.models import User, columns
from accounts.models.exception import OPEN_STATES
from accounts.quote_to_cash import reading
from accounts.quote_to_cash.kept import kept_sums
from accounts.selectors.attention import Concern, list_concerns
from accounts.selectors.customers import estimate_customers, total_customers
from accounts.workspace import lines_aside
from dashboards.panels.headlines import Headline
from dashboards.panels.tasks import ICONS as TASK_ICONS
from dashboards.panels.tasks import ONE, reason_of, subject_of
from dashboards.templatetags.figures import number, short_money
from syncengine.selectors.queue import band_of, list_tasks, sees_amounts

SHOWN, LOOKED_AT, EXCEPTIONS = 10, 40, 4
ICONS = {"overdue": "clock", "silent": "history", "tickets": "ticket", "hold": "stop"}
TONES = {"overdue": "bad", "silent": "warn", "tickets": "bad", "hold": "bad"}
RANK = {"bad": 0, "warn": 1, "info": 2}
# What to do first about each signal, as a verb.
ADVICE = {
    "gone_quiet": "Call", "silent": "Call", "ticket_surge": "Call", "paying_later": "Ask why", "overdue": "Remind",
    "receivables_spike": "Remind", "line_lapsed": "Offer it again", "fast_drop": "See why", "slow_bleed": "See why",
    "component_crash": "See why", "band_crossing": "Agree a plan", "tickets": "Help", "recovery": "Say thanks",
}  # fmt: skip
SAME = {"silent": "gone_quiet", "overdue": "receivables_spike"}  # a concern that an alert already tells
TOTALS: Mapping[str, tuple[str, str]] = {
    "revenue_ttm": ("Revenue, 12 months", "Net invoiced"),
    "open_pipeline": ("Open pipeline", "All open deals"),
    "overdue_receivable": ("Overdue", "Past the due date"),
    "open_tickets": ("Open tickets", "Not yet solved"),
}


@dataclass(frozen=True)
class Item:
    """One line that asks for attention; `line` names it for who puts it aside."""

    icon: str
    tone: str
    title: str
    text: str
    figure: str
    url: str
    advice: str = ""
    line: str = ""


def is_large(user: User) -> bool:
    """Whether there are too many customers to sum while somebody waits."""
    return not estimate_customers(visible_accounts(user)).exact


def home_headlines(user: User, currency: str) -> list[Headline]:
    """Figures over every customer the user sees."""
    accounts = visible_accounts(user)
    count = estimate_customers(accounts)
    # Too many to sum while somebody waits: as the clock told them last.
    totals = ({} if count.exact else kept_sums(user)) or total_customers(user, accounts)
    figures = [Headline("Customers", f"{'' if count.exact else '≈ '}{number(count.value)}", note="You can see")]
    return figures + [_total(name, totals, currency) for name in TOTALS if name in totals]


def attention(user: User, now: datetime, currency: str) -> list[Item]:
    """Up to ten lines that need this user: alerts, contradictions of documents, then what figures alone tell."""
    if user.role == "steward":
        return _tasks(user, currency)
    alerts = _alerts(user, now)
    known = {(row.alert.account_id, row.rule.name) for row in alerts}
    concerns = [
        _concern(one, currency)
        for one in list_concerns(user, timezone.localdate(now))
        if (one.account_id, SAME.get(one.kind)) not in known
    ]
    found = [*(_alert(row, currency) for row in alerts), *_exceptions(user, currency), *concerns]
    aside = lines_aside(user, now)
    return [item for item in found if item.line not in aside][:SHOWN]


def _alerts(user: User, now: datetime) -> list[AlertRow]:
    """Those that wait for the role, the gravest first and of these the most valuable."""
    rows = for_role(user, waiting(visible_alerts(user), now)).filter(account__isnull=False)
    latest = rows.select_related("account", "source").order_by("-opened_at", "-id")[:LOOKED_AT]
    return sorted(told(latest, now), key=lambda row: (RANK[row.alert.severity], -(row.alert.value or 0), row.id))


def _alert(row: AlertRow, currency: str) -> Item:
    tone = "" if row.alert.severity == "info" else row.alert.severity
    figure = short_money(row.alert.value, currency) if row.alert.value else ""
    url, advice = reverse("alert", args=[row.id]), ADVICE.get(row.rule.name, "Look")
    return Item("bell", tone, row.about, f"{row.rule.label}: {row.text}", figure, url, advice, f"alert:{row.id}")


def _exceptions(user: User, currency: str) -> list[Item]:
    rows = reading.visible_exceptions(user).filter(state__in=OPEN_STATES[:2]).select_related("account", "assignee")
    most = rows.order_by(columns.or_zero("at_stake").desc(), "-id")[:EXCEPTIONS]
    return [
        Item(
            "different", "warn", str(row.exception.account),
            f"{row.rule.label}: {row.document} {row.exception.label or ''}".rstrip(),
            short_money(row.at_stake, currency) if row.at_stake is not None else "",
            reverse("exception", args=[row.id]), "Compare", f"exception:{row.id}",
        )
        for row in reading.told(user, most)
    ]  # fmt: skip


def _concern(concern: Concern, currency: str) -> Item:
    figure = short_money(concern.amount, currency) if concern.amount is not None else ""
    url = reverse("customer", args=[concern.account_id])
    icon, tone, line = ICONS[concern.kind], TONES[concern.kind], f"{concern.kind}:{concern.account_id}"
    return Item(icon, tone, concern.name, concern.reason, figure, url, ADVICE.get(concern.kind, "Look"), line)


def _total(name: str, totals: Mapping[str, Any], currency: str) -> Headline:
    label, note = TOTALS[name]
    value = totals[name] or Decimal(0)
    shown = number(value) if name == "open_tickets" else short_money(value, currency)
    return Headline(label, shown, note=note, tone="bad" if name == "overdue_receivable" and value else "")


def _tasks(user: User, currency: str) -> list[Item]:
    amounts = sees_amounts(user)
    return [
        Item(
            TASK_ICONS[task.kind],
            "",
            subject_of(task),
            f"{ONE[task.kind]} · {reason_of(task)}",
            short_money(task.value_at_stake, currency) if amounts else _stakes(task.value_at_stake),
            reverse("task", args=[task.pk]),
        )
        for task in list_tasks(user)[:8]
    ]


def _stakes(value: Decimal) -> str:
    return f"{band} stakes" if (band := band_of(value)) else ""

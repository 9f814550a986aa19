"""What a role sees first: headline figures of all its customers, and who needs attention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.access import visible_accounts
from accounts.models import User
from accounts.selectors.attention import Concern, list_concerns
from accounts.selectors.customers import estimate_customers, total_customers
from dashboards.panels.headlines import Headline
from dashboards.panels.queue import ICONS as TASK_ICONS
from dashboards.panels.queue import ONE, reason_of, subject_of
from dashboards.templatetags.figures import number, short_money
from syncengine.selectors.queue import list_tasks

ICONS = {"overdue": "clock", "silent": "history", "tickets": "ticket", "hold": "stop"}
TONES = {"overdue": "bad", "silent": "warn", "tickets": "bad", "hold": "bad"}
TOTALS: Mapping[str, tuple[str, str]] = {
    "revenue_ttm": ("Revenue, 12 months", "Net invoiced"),
    "open_pipeline": ("Open pipeline", "All open deals"),
    "overdue_receivable": ("Overdue", "Past the due date"),
    "open_tickets": ("Open tickets", "Not yet solved"),
}


@dataclass(frozen=True)
class Item:
    """One line that asks for attention."""

    icon: str
    tone: str
    title: str
    text: str
    figure: str
    url: str


def is_large(user: User) -> bool:
    """Whether there are too many customers to sum while somebody waits."""
    return not estimate_customers(visible_accounts(user)).exact


def home_headlines(user: User, currency: str) -> list[Headline]:
    """Figures over every customer the user sees."""
    accounts = visible_accounts(user)
    count, totals = estimate_customers(accounts), total_customers(user, accounts)
    figures = [Headline("Customers", f"{'' if count.exact else '≈ '}{number(count.value)}", note="You can see")]
    return figures + [_total(name, totals, currency) for name in TOTALS if name in totals]


def attention(user: User, today: date, currency: str) -> list[Item]:
    """Up to ten customers that need this user, the gravest first."""
    if user.role == "steward":
        return _tasks(user, currency)
    return [_item(concern, currency) for concern in list_concerns(user, today)]


def _total(name: str, totals: Mapping[str, Any], currency: str) -> Headline:
    label, note = TOTALS[name]
    value = totals[name] or Decimal(0)
    shown = number(value) if name == "open_tickets" else short_money(value, currency)
    return Headline(label, shown, note=note, tone="bad" if name == "overdue_receivable" and value else "")


def _item(concern: Concern, currency: str) -> Item:
    figure = short_money(concern.amount, currency) if concern.amount is not None else ""
    return Item(
        ICONS[concern.kind],
        TONES[concern.kind],
        concern.name,
        concern.reason,
        figure,
        reverse("customer", args=[concern.account_id]),
    )


def _tasks(user: User, currency: str) -> list[Item]:
    return [
        Item(
            TASK_ICONS[task.kind],
            "",
            subject_of(task),
            f"{ONE[task.kind]} · {reason_of(task)}",
            short_money(task.value_at_stake, currency),
            reverse("task", args=[task.pk]),
        )
        for task in list_tasks(user)[:8]
    ]

"""Customers that need somebody today: on hold, overdue, gone silent, or with a severe ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from accounts.access import figure_access, listed_accounts
from accounts.access.fields import Reader
from accounts.models import Account, columns

SILENT_DAYS = 120
EACH = 4
REVENUE, OVERDUE = "summary__revenue_ttm", "summary__overdue_receivable"


@dataclass(frozen=True)
class Concern:
    """One customer and why it needs attention."""

    kind: str
    account_id: int
    name: str
    reason: str
    amount: Decimal | None = None


def list_concerns(user: Reader, today: date, *, limit: int = 10) -> list[Concern]:
    """The gravest few of each kind the user may know of; one query a kind."""
    accounts = listed_accounts(user).select_related("summary")
    found = [*_tickets(user, accounts), *_overdue(user, accounts, today), *_silent(user, accounts, today)]
    return found[:limit]


def _tickets(user: Reader, accounts: QuerySet[Account]) -> list[Concern]:
    if not figure_access(user, "severe_tickets"):
        return []
    rows = accounts.filter(summary__severe_tickets__gt=0).order_by("-summary__severe_tickets", "id")[:EACH]
    return [
        Concern(
            "tickets",
            row.pk,
            str(row),
            f"{row.summary.severe_tickets} severe, {row.summary.open_tickets} open tickets",
        )
        for row in rows
    ]


def _overdue(user: Reader, accounts: QuerySet[Account], today: date) -> list[Concern]:
    if not figure_access(user, "overdue_receivable"):
        return []
    rows = _most(accounts, OVERDUE)
    return [Concern("overdue", row.pk, str(row), _since(row, today), row.summary.overdue_receivable) for row in rows]


def _silent(user: Reader, accounts: QuerySet[Account], today: date) -> list[Concern]:
    """Customers worth most of those who used to order and stopped."""
    if not (figure_access(user, "last_order_date") and figure_access(user, "revenue_ttm")):
        return []
    quiet = accounts.filter(
        summary__last_order_date__lt=today - timedelta(days=SILENT_DAYS), summary__order_count__gte=3
    )
    rows = _most(quiet, REVENUE)
    return [
        Concern(
            "silent",
            row.pk,
            str(row),
            f"No order for {(today - row.summary.last_order_date).days} days",
            row.summary.revenue_ttm,
        )
        for row in rows
    ]


def _most(accounts: QuerySet[Account], amount: str) -> QuerySet[Account]:
    """The few with most of an amount, along its index."""
    some = accounts.filter(columns.positive(amount))
    return some.order_by(columns.or_zero(amount).desc(), "-summary__account")[:EACH]


def _since(row: Account, today: date) -> str:
    oldest = row.summary.oldest_due_date
    days = (today - oldest).days if oldest else 0
    return f"Overdue, the oldest for {days} days" if days > 0 else "Overdue"

"""Figures of a customer beside its fields: each has a sensitivity class and may be what a summary shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.access.fields import Reader, Shown, treatment
from accounts.models import Account, AccountSummary

ONE = Decimal(1)  # a limit without a currency is taken to be in ours
NEAR_LIMIT = Decimal("0.8")


@dataclass(frozen=True)
class Figure:
    """One figure: its class, and whether a role that sees only the summary of the class sees it."""

    sensitivity: str
    in_summary: bool = False


FIGURES: dict[str, Figure] = {
    "revenue_ttm": Figure("order"),
    "revenue_previous": Figure("order"),
    "revenue_months": Figure("order"),
    "months_to_date": Figure("order"),
    "open_pipeline": Figure("pipeline", in_summary=True),
    "weighted_pipeline": Figure("pipeline"),
    "open_deals": Figure("pipeline", in_summary=True),
    "open_orders": Figure("order", in_summary=True),
    "open_order_amount": Figure("order"),
    "order_count": Figure("order"),
    "first_order_date": Figure("order"),
    "last_order_date": Figure("order"),
    "open_receivable": Figure("receivable"),
    "overdue_receivable": Figure("receivable"),
    "oldest_due_date": Figure("receivable"),
    "unapplied_cash": Figure("receivable"),
    "has_overdue": Figure("receivable", in_summary=True),
    "credit_light": Figure("credit", in_summary=True),
    "open_tickets": Figure("service", in_summary=True),
    "severe_tickets": Figure("service"),
    "last_contact_at": Figure("pipeline"),
    "contact_count": Figure("person", in_summary=True),
    "open_tasks": Figure("provenance", in_summary=True),
    "disputed": Figure("provenance", in_summary=True),
}


def figure_access(user: Reader, name: str) -> bool:
    """Whether the user sees the figure, and so may also filter and sort by it."""
    figure = FIGURES[name]
    seen = treatment(user, figure.sensitivity)
    return seen == "full" or (seen == "summary" and figure.in_summary)


def shown_figures(values: dict[str, Any], user: Reader) -> Shown:
    """The figures the user sees, and the names of the others; a name that is no figure is dropped."""
    known = {name: value for name, value in values.items() if name in FIGURES}
    seen = {name: value for name, value in known.items() if figure_access(user, name)}
    return Shown(seen, tuple(name for name in known if name not in seen))


def credit_light(account: Account, summary: AccountSummary | None, rates: Mapping[str, Decimal]) -> str:
    """hold, near (80 % of the limit used), free, unlimited where no limit is set, unknown without a rate."""
    if account.credit_hold:
        return "hold"
    if account.credit_limit is None:
        return "unlimited"
    currency = account.credit_currency or account.currency
    rate = rates.get(currency) if currency else ONE
    if rate is None:
        return "unknown"
    return "near" if exposure(summary) >= account.credit_limit * rate * NEAR_LIMIT else "free"


def exposure(summary: AccountSummary | None) -> Decimal:
    """What the customer may cost us, in our base currency; nothing before the first publish."""
    return (summary.exposure if summary else None) or Decimal(0)

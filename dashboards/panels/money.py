"""Sections of a customer's money: exposure and credit, how it pays, and what was agreed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from accounts.metrics import load
from accounts.models import Invoice
from accounts.models.receivable import DISPUTE_REASONS, DUNNING_KINDS
from accounts.receivables import get_agreements, get_credit, what_if
from accounts.selectors.receivables import OPEN
from dashboards.panels.section import Panel, Reading, class_of, figure_of
from dashboards.templatetags.figures import money, number

BEHAVIOUR = (
    "days_beyond_terms", "days_to_pay", "days_sales_outstanding", "overdue_share", "promise_kept_rate",
    "disputed_receivable", "held_orders", "open_credits",
)  # fmt: skip


def _credit(reading: Reading) -> Any:
    account = reading.customer.account
    profile = get_credit(reading.user, account, today=reading.today)
    if profile is None:
        return None
    amount = _amount(reading.params.get("order", ""))
    return {
        "profile": profile,
        "account": account,
        "decides": reading.user.pk,
        "today": reading.today,
        "used": min(profile.used or 0, 100),
        "order": amount,
        "after": what_if(profile, account, amount, today=reading.today) if amount else None,
    }


def _amount(text: str) -> Decimal | None:
    """The amount of a new order as people type it; None where it is none."""
    try:
        amount = Decimal(text.replace(" ", "").replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < 10**12 else None


def _behaviour(reading: Reading) -> Any:
    rows = []
    for name in BEHAVIOUR:
        if name in reading.figures:
            metric, value = load()[name], reading.figures[name]
            rows.append((metric, _spoken(metric.unit, value, reading.currency)))
    return {"rows": rows, "unrated": reading.figures.get("unrated_items") or 0} if rows else None


def _spoken(unit: str, value: Decimal | None, currency: str) -> str:
    if value is None:
        return ""
    if unit == "money":
        return money(value, currency)
    return f"{number(value, 1)} {'%' if unit == 'percent' else 'd'}"


def _agreements(reading: Reading) -> Any:
    found = get_agreements(reading.user, reading.customer.account)
    if found is None:
        return None
    invoices = Invoice.objects.filter(OPEN, account=reading.customer.account).order_by("due_date", "id")[:100]
    return {
        "agreements": found,
        "invoices": list(invoices),
        "reasons": DISPUTE_REASONS,
        "kinds": DUNNING_KINDS,
        "account": reading.customer.account,
        "today": reading.today,
    }


PANELS = (
    Panel("credit", "Exposure and credit", "dashboards/receivables/_credit.html", _credit, class_of("credit")),
    Panel("behaviour", "How they pay", "dashboards/receivables/_behaviour.html", _behaviour,
          figure_of("days_beyond_terms")),
    Panel("agreements", "Promises, disputes, reminders", "dashboards/receivables/_agreements.html", _agreements,
          class_of("receivable")),
)  # fmt: skip

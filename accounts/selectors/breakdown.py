"""A figure by a field of customers: margin by segment, overdue by owner."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from accounts.access import field_access, figure_access
from accounts.access.fields import Reader
from accounts.metrics import Metric, load
from accounts.models import Account

BY = ("segment", "country", "owner", "status")
TABLES = {"list": "summary", "figures": "figures"}
# A share over many customers is the share of the sums, never the mean of shares.
SHARES: dict[str, tuple[str, str, int]] = {
    "gross_margin": ("margin", "margin_revenue", 100),
    "overdue_share": ("overdue_receivable", "open_receivable", 100),
    "days_beyond_terms": ("late_money_days", "late_amount", 1),
    "days_sales_outstanding": ("open_receivable", "credit_sales_90d", 90),
    "days_to_pay": ("paid_money_days", "paid_amount", 1),
}


class NoBreakdown(ValueError):
    """The figure cannot be told by that field, or the reader may not see one of them."""


@dataclass(frozen=True)
class Slice:
    """The figure over the customers that share a value."""

    value: str | None
    customers: int
    amount: Decimal | None


def break_down(user: Reader, accounts: QuerySet[Account], name: str, by: str) -> list[Slice]:
    """The figure by a field over the given customers, the largest first; one query."""
    metric = load().metrics.get(name)
    if metric is None or metric.of != "customer" or not (name in SHARES or _adds_up(metric)):
        raise NoBreakdown(f"{name} cannot be added up over customers.")
    if by not in BY:
        raise NoBreakdown(f"Take one of {', '.join(BY)} to break a figure down by.")
    if not figure_access(user, name) or not field_access(user, "account").allows(by):
        raise NoBreakdown(f"Your role does not see {name} by {by}.")
    top, bottom, times = SHARES.get(name, (name, "", 1))
    sums: dict[str, Any] = {"top": Sum(_path(top))}
    if bottom:
        sums["bottom"] = Sum(_path(bottom))
    rows: Any = accounts.order_by().values(value=F(f"summary__{by}")).annotate(customers=Count("pk"), **sums)
    found = [Slice(row["value"], row["customers"], _amount(row, times)) for row in rows]
    return sorted(found, key=lambda part: (part.amount is None, -(part.amount or 0), part.value or ""))


def _adds_up(metric: Metric) -> bool:
    return metric.kept in TABLES and metric.unit in ("money", "count")


def _path(name: str) -> str:
    metric = load().metrics.get(name)
    return f"{TABLES[metric.kept] if metric else 'figures'}__{name}"


def _amount(row: dict[str, Any], times: int) -> Decimal | None:
    if "bottom" not in row:
        return row["top"]
    if row["top"] is None or not row["bottom"]:
        return None
    return row["top"] * times / row["bottom"]

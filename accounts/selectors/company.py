"""Revenue of all customers a reader sees, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import F, Max, Sum

from accounts.access import figure_access, listed_accounts
from accounts.access.fields import Reader
from accounts.models import AccountMonths

MONTHS = 24


def sum_revenue_months(user: Reader) -> tuple[Sequence[Decimal], date] | None:
    """Net invoiced of 24 months that end with the month of the date; None where revenue is hidden. Two reads."""
    if not figure_access(user, "revenue_months"):
        return None
    rows = AccountMonths.objects.filter(account__in=listed_accounts(user).values("pk"))
    latest = rows.aggregate(day=Max("months_to_date"))["day"]
    if latest is None:
        return None
    current = rows.filter(months_to_date__gte=latest.replace(day=1))
    sums = current.aggregate(**{f"m{place}": Sum(F(f"revenue_months__{place}")) for place in range(MONTHS)})
    return [sums[f"m{place}"] or Decimal(0) for place in range(MONTHS)], latest

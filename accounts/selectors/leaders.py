"""Where revenue comes from: the largest customers, and how they move against the year before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from accounts.access import figure_access, visible_accounts
from accounts.access.fields import Reader
from accounts.models import columns

REVENUE = "summary__revenue_ttm"


@dataclass(frozen=True)
class Leader:
    """One of the largest customers."""

    account_id: int
    name: str
    revenue: Decimal
    previous: Decimal | None


def list_leaders(user: Reader, *, limit: int = 6) -> list[Leader]:
    """The customers of most revenue that the user sees, none where revenue is hidden; one query by the index."""
    if not figure_access(user, "revenue_ttm"):
        return []
    rows = visible_accounts(user).filter(columns.positive(REVENUE)).select_related("summary")
    found = rows.order_by(columns.or_zero(REVENUE).desc(), F("summary__account").desc())[:limit]
    return [Leader(row.pk, str(row), row.summary.revenue_ttm, row.summary.revenue_previous) for row in found]

"""Figures beside fields: each has a sensitivity class and may be what a summary shows, as the registry says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from accounts.access.fields import Reader, Shown
from accounts.catalogue import remembered
from accounts.catalogue import treatment as treatment_of_role
from accounts.metrics import Metric, load
from accounts.models import Account, AccountSummary

ONE = Decimal(1)  # a limit without a currency is taken to be in ours
NEAR_LIMIT = Decimal("0.8")


FIGURES: dict[str, Metric] = load().of("customer")


def figure_access(user: Reader, name: str) -> bool:
    """Whether the user sees the figure, and so may also filter and sort by it."""
    return _role_sees(user.role if user.is_authenticated and user.is_active else "", name)


@remembered
def _role_sees(role: str, name: str) -> bool:
    figure = load()[name]
    seen = treatment_of_role(role, figure.sensitivity)
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

"""Figures beside fields: each has a sensitivity class and may be what a summary shows, as the registry says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounts.access.fields import Reader, Shown
from accounts.catalogue import remembered
from accounts.catalogue import treatment as treatment_of_role
from accounts.metrics import Metric, load
from accounts.models import Account, AccountSummary

ZERO = Decimal(0)
NEAR_LIMIT = Decimal("0.8")


FIGURES: dict[str, Metric] = load().of("customer")


def figure_access(user: Reader, name: str) -> bool:
    """Whether the user sees the figure, and so may also filter and sort by it."""
    if name in FIGURES:
        return name in _seen(_role(user))
    return _sees(_role(user), load()[name])


def _role(user: Reader) -> str:
    return user.role if user.is_authenticated and user.is_active else ""


@remembered
def _seen(role: str) -> frozenset[str]:
    """The figures of a customer that a role sees; a list asks for each of them in each row."""
    return frozenset(name for name, figure in FIGURES.items() if _sees(role, figure))


def _sees(role: str, figure: Metric) -> bool:
    seen = treatment_of_role(role, figure.sensitivity)
    # What running the portal is measured by holds no value that could be masked.
    enough = ("summary", "masked") if figure.of == "operation" else ("summary",)
    return seen == "full" or (seen in enough and figure.in_summary)


def shown_figures(values: dict[str, Any], user: Reader) -> Shown:
    """The figures the user sees, and the names of the others; a name that is no figure is dropped."""
    may = _seen(_role(user))
    seen = {name: value for name, value in values.items() if name in may}
    return Shown(seen, tuple(name for name in values if name in FIGURES and name not in may))


def credit_light(account: Account, summary: AccountSummary | None) -> str:
    """hold, near (80 % of the limit used, or all of it), free, unlimited without a limit, unknown without a rate.

    A temporary limit counts as in `available_credit`, which is told from the limit that holds.
    """
    if account.credit_hold:
        return "hold"
    if account.credit_limit is None:
        return "unlimited"
    if summary is None or summary.available_credit is None:
        return "unknown"
    used = summary.exposure or ZERO
    return "near" if used >= (used + summary.available_credit) * NEAR_LIMIT else "free"

"""Figures of one customer by name, kept or told from what is kept, before anybody asks who may see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from accounts.access import FIGURES
from accounts.access.figures import credit_light
from accounts.catalogue import load
from accounts.models import Account, AccountSummary

HEALTH = {
    "health_score": "score", "health_band": "band", "health_state": "state", "health_coverage": "coverage",
    "health_moved": "moved_30",
}  # fmt: skip
KEPT = {"list": "summary", "months": "months", "figures": "figures"}


def figures_of(account: Account, names: Sequence[str]) -> dict[str, Any]:
    """The figures named; null before the first publish computed them."""
    return {name: _figure(account, name) for name in names}


def summary_of(account: Account) -> AccountSummary | None:
    """The summary of a customer, None before the first publish computed it."""
    return getattr(account, "summary", None)


def _figure(account: Account, name: str) -> Any:
    told = DERIVED.get(name)
    return told(account) if told else getattr(getattr(account, KEPT[FIGURES[name].kept], None), name, None)


def _has_overdue(account: Account) -> bool:
    summary = summary_of(account)
    return bool(summary and (summary.overdue_receivable or 0) > 0)


def _disputed(account: Account) -> list[str]:
    fields = load()["account"].by_code
    return [fields[code].name for code in account.disputed if code in fields]


def _health(field: str, account: Account) -> Any:
    return getattr(getattr(account, "health", None), field, None)


DERIVED: dict[str, Callable[[Account], Any]] = {
    "has_overdue": _has_overdue,
    "credit_light": lambda account: credit_light(account, summary_of(account)),
    "disputed": _disputed,
    **{name: partial(_health, field) for name, field in HEALTH.items()},
}

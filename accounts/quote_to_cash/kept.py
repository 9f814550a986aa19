"""The company's figures kept by day, so that a page reads one row where telling one anew walks every customer.

They are told again every few minutes; the row of a day stays as the day ended. Figures of running the portal are told
by who runs it, and kept here as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.access import figure_access, scope_of
from accounts.access.fields import Reader
from accounts.frames import execute
from accounts.metrics import load
from accounts.models import Account, CompanyFigure, User
from accounts.quote_to_cash.company import MEASURES, PORTFOLIO, WAY, Reach, Told, measure, of_portfolio, of_way
from accounts.receivables.portfolio import GROUPS, Portfolio, sum_groups, sum_portfolio
from accounts.selectors.customers import SUMS, sum_customers

AGED = "ageing_by_"
ACTIVE = "customers_doing_business"
SUMMED = "sums_of_customers"
NAMES = (*PORTFOLIO, *MEASURES, *WAY)
WRITE = """
    INSERT INTO accounts_companyfigure (name, day, value, facts, computed_at)
    SELECT * FROM json_to_recordset(%s::json) AS r(name text, day date, value numeric(24, 4), facts jsonb,
        computed_at timestamptz) ORDER BY name
    ON CONFLICT (name, day) DO UPDATE SET value = excluded.value, facts = excluded.facts,
        computed_at = excluded.computed_at"""


@dataclass(frozen=True)
class Figure:
    """A company figure as one reader gets it: over all customers, or over those within the reader's reach."""

    name: str
    value: Decimal | None
    facts: dict[str, Any]
    computed_at: datetime
    everybody: bool


@dataclass(frozen=True)
class KeptPortfolio:
    """Receivables of all customers as last told: whole, by a field, and when."""

    whole: Portfolio
    groups: Sequence[tuple[str | None, Portfolio]]
    told_at: datetime


@transaction.atomic
def renew_company(*, at: datetime, today: date) -> int:
    """Tell every figure of the company again; how many."""
    part = Reach(User(), everybody=True)
    sums = sum_portfolio(part.customers())
    told = {name: of_portfolio(name, sums) for name in PORTFOLIO}
    told |= {name: tell(part, today) for name, tell in MEASURES.items() if not load()[name].needs}
    told |= of_way(part, today)
    told |= {f"{AGED}{group}": Told(None, _groups(part, group)) for group in GROUPS}
    told[ACTIVE] = Told(Decimal(_count_active()))
    told[SUMMED] = Told(None, sum_customers(part.customers(), SUMS))
    return keep_figures(told, at=at, today=today)


def keep_figures(told: Mapping[str, Told], *, at: datetime, today: date) -> int:
    """Keep figures as they stand on a day; how many."""
    rows = [
        {"name": name, "day": today, "value": one.value, "facts": one.facts, "computed_at": at}
        for name, one in told.items()
    ]
    return execute(WRITE, [json.dumps(rows, default=str)])


def get_figure(user: Reader, name: str, *, today: date) -> Figure | None:
    """A company figure; None where it is none, lacks its inputs, or the role does not see it."""
    if name in load().of("operation"):
        return next(iter(_latest([name] if figure_access(user, name) else [])), None)
    if name not in NAMES or load()[name].needs or not figure_access(user, name):
        return None
    if scope_of(user).everything:
        kept = _latest([name])
        if kept:
            return kept[0]
    told = measure(name, Reach(user, everybody=False), today)
    if told is None:
        return None
    return Figure(name, told.value, told.facts, timezone.now(), scope_of(user).everything)


def list_figures(user: Reader) -> dict[str, Figure]:
    """The kept figures a reader sees, those of customers where the reader sees all of them; one query."""
    told = (*load().of("operation"), *(NAMES if scope_of(user).everything else ()))
    return {row.name: row for row in _latest([name for name in told if figure_access(user, name)])}


def kept_portfolio(user: Reader, group: str) -> KeptPortfolio | None:
    """The sums of all receivables as last told, whole and by a field; None for who sees only some customers."""
    if group not in GROUPS or not (scope_of(user).everything and figure_access(user, "portfolio_receivable")):
        return None
    found = {row.name: row for row in _latest(["portfolio_receivable", f"{AGED}{group}"])}
    if len(found) < 2:
        return None
    whole, aged = found["portfolio_receivable"], found[f"{AGED}{group}"]
    groups = [(value or None, _sums(facts)) for value, facts in aged.facts["groups"]]
    return KeptPortfolio(_sums(whole.facts), groups, whole.computed_at)


def history_of(user: Reader, name: str, *, days: int = 90) -> Sequence[tuple[date, Decimal | None]]:
    """How the figure moved by day, the oldest first, for who sees it over all customers."""
    whole = name in load().of("operation") or (name in NAMES and scope_of(user).everything)
    if not (whole and figure_access(user, name)):
        return ()
    rows = CompanyFigure.objects.filter(name=name).order_by("-day").values_list("day", "value")[:days]
    return list(reversed(rows))


def kept_sums(user: Reader) -> dict[str, Decimal]:
    """Sums over all customers as last told, of the figures the user sees; none for who sees only some customers."""
    kept = _latest([SUMMED]) if scope_of(user).everything else []
    told = kept[0].facts.items() if kept else ()
    return {name: Decimal(value) for name, value in told if value is not None and figure_access(user, name)}


def active_customers() -> int:
    """How many customers do business with us, as last told: counting a million takes longer than a publish may."""
    kept = _latest([ACTIVE])
    return int(kept[0].value or 0) if kept else _count_active()


def _count_active() -> int:
    live = Account.objects.filter(merged_into=None, record_count__gt=0)
    return live.exclude(status__in=["prospect", "inactive"]).count()


def _groups(part: Reach, group: str) -> dict[str, Any]:
    found = sum_groups(part.customers(), group)
    return {"groups": [[value, {name: str(sum) for name, sum in sums.sums.items()}] for value, sums in found]}


def _sums(facts: dict[str, Any]) -> Portfolio:
    return Portfolio({name: Decimal(value) for name, value in facts.items()})


def _latest(names: Sequence[str]) -> list[Figure]:
    rows = CompanyFigure.objects.filter(name__in=list(names)).order_by("name", "-day").distinct("name")
    return [Figure(row.name, row.value, row.facts, row.computed_at, everybody=True) for row in rows]

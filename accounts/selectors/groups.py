"""The customers of a list by owner, segment, country or parent, each group with its sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.access import field_access, figure_access, visible_accounts
from accounts.access.fields import Reader
from accounts.models import Account
from accounts.selectors.customers import SUMS

GROUPINGS = {"owner": "Owner", "segment": "Segment", "country": "Country", "parent": "Parent"}
SHOWN = 100
MONEY = DecimalField(max_digits=24, decimal_places=4)


class BadGrouping(ValueError):
    """Customers are not grouped by this, or the user may not see it."""


@dataclass(frozen=True)
class Group:
    """One value with how many customers have it, and their sums; `value` is None for who have none."""

    value: str | int | None
    label: str
    count: int
    sums: Mapping[str, Any]
    margin: Decimal | None = None  # percent of the revenue whose cost is known; None where hidden or unknown


def groupings_of(user: Reader) -> dict[str, str]:
    """What the user may group by: a group tells as much as the values do."""
    access = field_access(user, "account")
    return {name: label for name, label in GROUPINGS.items() if access.allows(name)}


def group_customers(user: Reader, accounts: QuerySet[Account], by: str) -> tuple[Group, ...]:
    """The largest groups of the given customers, by revenue where the user sees it, else by number."""
    if by not in groupings_of(user):
        raise BadGrouping(f"Customers are not grouped by {by!r}; try {', '.join(groupings_of(user))}.")
    seen = [name for name in SUMS if figure_access(user, name)]
    value, label = (F("parent_id"), F("parent__name")) if by == "parent" else (F(by), F(by))
    grouped = accounts.order_by().annotate(group_value=value, group_label=label).values("group_value", "group_label")
    sums: dict[str, Any] = {f"sum_{name}": Coalesce(Sum(f"summary__{name}"), 0, output_field=MONEY) for name in seen}
    if figure_access(user, "gross_margin"):
        sums |= {f"sum_{name}": Sum(f"figures__{name}") for name in ("margin", "margin_revenue")}
    rows = grouped.annotate(group_count=Count("pk"), **sums)
    first = "-sum_revenue_ttm" if "revenue_ttm" in seen else "-group_count"
    found = rows.order_by(first, F("group_value").asc(nulls_last=True))[:SHOWN]
    rows_found: list[Mapping[str, Any]] = list(found)
    hidden = _hidden_parents(user, rows_found) if by == "parent" else frozenset()
    return tuple(_group(row, seen, hidden) for row in rows_found)


def _hidden_parents(user: Reader, rows: list[Mapping[str, Any]]) -> frozenset[int]:
    """Parents beyond what the user may see, whose names must not be told."""
    ids = {row["group_value"] for row in rows} - {None}
    return frozenset(ids - set(visible_accounts(user).filter(pk__in=ids).values_list("pk", flat=True)))


def _group(row: Mapping[str, Any], seen: list[str], hidden: frozenset[int]) -> Group:
    sums = {name: row[f"sum_{name}"] for name in seen}
    label = "A company beyond your territories" if row["group_value"] in hidden else row["group_label"] or ""
    return Group(row["group_value"], label, row["group_count"], sums, _margin(row))


def _margin(row: Mapping[str, Any]) -> Decimal | None:
    """The share of the sums, never the mean of shares."""
    known = row.get("sum_margin_revenue")
    return (row["sum_margin"] or Decimal(0)) * 100 / known if known else None

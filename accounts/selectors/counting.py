"""How many rows there are: exactly, or at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.selectors.paging import PATIENCE, within

EXACT_UP_TO = 10_000
DEAR = 5_000  # what the planner says of a few out of a million that no index gives


@dataclass(frozen=True)
class Count:
    """How many rows; shown with ≈ where it is the planner's guess."""

    value: int
    exact: bool


def count_rows(rows: QuerySet[Any]) -> Count:
    """The exact number of rows of any kind."""
    return Count(rows.count(), exact=True)


def estimate_rows(rows: QuerySet[Any], *, exact_up_to: int | None = None) -> Count:
    """Their number at once: exact where few are found quickly, else the planner's guess."""
    most, rows = exact_up_to or EXACT_UP_TO, rows.order_by()
    few = rows[:most]
    found = within(PATIENCE, few.count) if _expected(few)[1] <= DEAR else None
    if found is not None and found < most:
        return Count(found, exact=True)
    return Count(max(_expected(rows)[0], found or 0), exact=False)


def _expected(rows: QuerySet[Any]) -> tuple[int, float]:
    """How many rows the planner expects, and what it says that reading them costs."""
    try:
        sql, params = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:  # whoever may see nothing needs no plan
        return 0, 0.0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Plan Rows"]), float(plan["Total Cost"])

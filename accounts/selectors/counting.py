"""How many rows there are: exactly, or at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.selectors.paging import PATIENCE, within

EXACT_UP_TO = 10_000


@dataclass(frozen=True)
class Count:
    """How many rows; shown with ≈ where it is the planner's guess."""

    value: int
    exact: bool


def count_rows(rows: QuerySet[Any]) -> Count:
    """The exact number of rows of any kind."""
    return Count(rows.count(), exact=True)


def estimate_rows(rows: QuerySet[Any]) -> Count:
    """Their number at once: exact where few are found quickly, else the planner's guess."""
    few = rows.order_by()[:EXACT_UP_TO]
    found = within(PATIENCE, few.count)
    if found is not None and found < EXACT_UP_TO:
        return Count(found, exact=True)
    sql, params = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0][0]["Plan"]
    return Count(max(int(plan["Plan Rows"]), found or 0), exact=False)

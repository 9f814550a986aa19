"""How many rows there are: exactly, or at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.selectors.paging import PATIENCE, within

EXACT_UP_TO = 10_000
MOST_COUNTED = 1_000  # of what waits for people: more than that is as many as anybody wants to know
DEAR = 5_000  # what the planner says of a few out of a million that no index gives


@dataclass(frozen=True)
class Count:
    """How many rows; shown with ≈ where it is the planner's guess."""

    value: int
    exact: bool


def count_few(rows: QuerySet[Any]) -> int:
    """Their number up to MOST_COUNTED, and one more than that where there are more."""
    return count_each({"": rows})[""]


def count_each(parts: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """The same of several at once; one statement."""
    found, given = [], []
    for name, rows in parts.items():
        with suppress(EmptyResultSet):  # nobody is counted where nobody may be seen
            sql, params = rows.order_by().values("pk")[: MOST_COUNTED + 1].query.sql_with_params()
            found.append(f"SELECT %s, count(*) FROM ({sql}) few")
            given += [name, *params]
    with connection.cursor() as cursor:
        if found:
            cursor.execute(" UNION ALL ".join(found), given)
        return dict.fromkeys(parts, 0) | dict(cursor.fetchall() if found else ())


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

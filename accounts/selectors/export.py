"""Customers as CSV, line by line: exactly the columns the user sees, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts import audit
from accounts.access.fields import Reader
from accounts.models import Account, User
from accounts.selectors.customers import list_customers
from accounts.selectors.list_columns import columns_of
from accounts.selectors.paging import ROW_LIMIT

# A spreadsheet would take a cell that starts like this for a formula and run it.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_rows(
    user: User,
    accounts: QuerySet[Account],
    *,
    sort: str,
    at: datetime,
    filters: Mapping[str, Any] | None = None,
    columns: Sequence[str] = (),
) -> Iterator[str]:
    """Lines of the file, read page by page so that a million customers need no memory; audited first."""
    names = [column.name for column in columns_of(user, columns)]
    audit.record(
        user=user,
        action="customers exported",
        object="account",
        detail={"columns": names, "sort": sort, "filters": dict(filters or {})},
        at=at,
    )
    return _lines(user, accounts, sort, ["id", *names])


def _lines(user: Reader, accounts: QuerySet[Account], sort: str, names: list[str]) -> Iterator[str]:
    yield csv_line(names)
    cursor: str | None = None
    while True:
        page = list_customers(user, accounts, sort=sort, cursor=cursor, limit=ROW_LIMIT, chosen=names[1:])
        for row in page.rows:
            yield csv_line([row.id if name == "id" else row.values.get(name) for name in names])
        cursor = page.next
        if cursor is None:
            return


def csv_line(cells: Iterable[Any]) -> str:
    """One line of CSV with every cell escaped."""
    out = io.StringIO()
    csv.writer(out).writerow([escape_cell(cell) for cell in cells])
    return out.getvalue()


def escape_cell(value: Any) -> Any:
    """The value so that no spreadsheet takes it for a formula; numbers stay numbers."""
    if isinstance(value, (list, tuple)):
        value = " | ".join(str(item) for item in value)
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    return "" if value is None else value

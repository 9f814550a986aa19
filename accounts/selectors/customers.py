"""The list of customers: rows with their figures, counts and sums of what the user sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from accounts.access import field_access, figure_access, shown, shown_figures
from accounts.access.fields import Reader
from accounts.models import Account, Source, columns
from accounts.models.own_field import with_own_fields
from accounts.selectors.counting import Count, count_rows, estimate_rows
from accounts.selectors.customer_figures import figures_of
from accounts.selectors.list_columns import LIST_FIGURES, TOLD_BESIDE, Column, columns_of, list_fields
from accounts.selectors.paging import Order, keyset_page
from accounts.selectors.sources import sources

JOINED = ("summary", "months", "health")
TAIL = "summary__account"  # the summary's own key: a comparison across tables would use no index
SORTS: dict[str, Order] = {
    order.name: order
    for order in (
        Order("name", F("summary__name_key"), bounded=True, tail=TAIL),
        Order("revenue", columns.or_zero("summary__revenue_ttm"), Decimal, bounded=True, tail=TAIL),
        Order("overdue", columns.or_zero("summary__overdue_receivable"), Decimal, bounded=True, tail=TAIL),
        Order("last_order", columns.or_never("summary__last_order_date"), date.fromisoformat, bounded=True, tail=TAIL),
        Order("pipeline", columns.or_zero("summary__open_pipeline"), Decimal, bounded=True, tail=TAIL),
        Order("health", columns.or_zero("health__score"), Decimal, bounded=True, tail="health__account"),
    )
}
SORT_FIGURES = {
    "revenue": "revenue_ttm",
    "overdue": "overdue_receivable",
    "last_order": "last_order_date",
    "pipeline": "open_pipeline",
    "health": "health_score",
}
SUMS = ("revenue_ttm", "open_pipeline", "overdue_receivable", "open_tickets")


class BadSort(ValueError):
    """There is no such order of customers, or the user may not see what it sorts by."""


@dataclass(frozen=True)
class CustomerRow:
    """One customer of the list: what may be seen, and the names of what may not."""

    id: int
    values: dict[str, Any]
    redacted: tuple[str, ...]


@dataclass(frozen=True)
class CustomerPage:
    """A page of customers with the columns the user sees and cursors to both sides."""

    rows: tuple[CustomerRow, ...]
    columns: tuple[Column, ...]
    sort: str
    next: str | None
    previous: str | None


def sorts_of(user: Reader) -> tuple[str, ...]:
    """The sorts the user may use: order tells as much as the values do."""
    access = field_access(user, "account")
    return tuple(
        name
        for name in SORTS
        if (figure_access(user, SORT_FIGURES[name]) if name in SORT_FIGURES else access.allows(name))
    )


def order_of(user: Reader, sort: str) -> Order:
    """The order behind a sort such as `-revenue`; refused where the user may not see its values."""
    name = sort.removeprefix("-")
    if name not in sorts_of(user):
        raise BadSort(f"Customers are not sorted by {name!r}; try {', '.join(sorts_of(user)) or 'no sort'}.")
    return SORTS[name].reversed() if sort.startswith("-") else SORTS[name]


def list_customers(
    user: Reader,
    accounts: QuerySet[Account],
    *,
    sort: str = "name",
    cursor: str | None = None,
    limit: int = 50,
    chosen: Sequence[str] = (),
) -> CustomerPage:
    """A page of the given customers, which are already narrowed to what the user may see."""
    order = order_of(user, sort) if "name" in sorts_of(user) else Order("id", F("id"), int)
    joined = with_summary(accounts, order) if order.name in SORTS else accounts.select_related(*JOINED)
    page = keyset_page(with_own_fields(joined, "account"), order, cursor, limit)
    columns = columns_of(user, chosen)
    rows = customer_rows(user, page.rows, (*(column.name for column in columns), *TOLD_BESIDE))
    return CustomerPage(tuple(rows), columns, order.label, page.next, page.previous)


def with_summary(accounts: QuerySet[Account], order: Order | None = None) -> QuerySet[Account]:
    """Customers joined to their summary; an inner join, so that its indexes can give the order."""
    if order is not None and order.name == "health":
        accounts = accounts.filter(health__isnull=False)
    return accounts.filter(summary__isnull=False).select_related(*JOINED)


def with_figures(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Customers joined to every figure kept of them."""
    return with_summary(accounts).select_related("summary", "months", "figures")


def customer_rows(user: Reader, accounts: Iterable[Account], names: Sequence[str]) -> list[CustomerRow]:
    """Accounts with their summary as rows of the list, what is named of them; one query for all, of sources."""
    known = sources()
    return [_row(user, account, known, names) for account in accounts]


def _row(user: Reader, account: Account, known: dict[int, Source], names: Sequence[str]) -> CustomerRow:
    fields = shown({name: getattr(account, name) for name in list_fields() if name in names}, user, "account")
    figures = shown_figures(figures_of(account, [name for name in LIST_FIGURES if name in names]), user)
    labels = tuple(known[id].label for id in sorted(account.source_ids) if id in known)
    return CustomerRow(
        account.pk, fields.values | figures.values | {"sources": labels}, fields.redacted + figures.redacted
    )


def count_customers(accounts: QuerySet[Account]) -> Count:
    """The exact number of the given customers."""
    return count_rows(summarised(accounts))


def estimate_customers(accounts: QuerySet[Account], *, exact_up_to: int | None = None) -> Count:
    """The number at once: exact where few are found quickly, else the planner's guess."""
    return estimate_rows(summarised(accounts), exact_up_to=exact_up_to)


def total_customers(user: Reader, accounts: QuerySet[Account]) -> dict[str, Any]:
    """Sums over all the given customers of the figures the user sees."""
    seen = [name for name in SUMS if figure_access(user, name)]
    return sum_customers(accounts, seen) if seen else {}


def sum_customers(accounts: QuerySet[Account], names: Sequence[str]) -> dict[str, Any]:
    """Sums of these figures over the given customers; one statement."""
    return summarised(accounts).aggregate(**{name: Sum(f"summary__{name}") for name in names})


def summarised(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """The customers that lists show, in no order; an inner join, so that figures can be looked up by index."""
    return accounts.order_by().filter(summary__isnull=False)

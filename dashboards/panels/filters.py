"""The filters, headings and links of the customer list; its whole state stands in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from accounts.filtersets import CONTROLS, AccountFilter
from accounts.models import User
from accounts.models.account import ACCOUNT_STATUSES
from accounts.selectors.choices import list_choices
from accounts.selectors.customers import CustomerPage, CustomerRow
from accounts.selectors.sources import sources
from dashboards.templatetags.figures import words

SELECTS = (
    ("country", "Country"),
    ("segment", "Segment"),
    ("owner", "Owner"),
    ("status", "Status"),
    ("source", "Source"),
)
TOGGLES = (("has_overdue", "Overdue"), ("has_open_tickets", "Open tickets"), ("disputed", "Disputed"))
SHOWN_TOTALS = (("revenue_ttm", "revenue"), ("open_pipeline", "pipeline"), ("overdue_receivable", "overdue"))
MARKED = ("disputed",)  # shown as a mark beside the name
SHORT = {"revenue_ttm": "Revenue, 12 mo", "open_tickets": "Tickets", "open_pipeline": "Pipeline"}


@dataclass(frozen=True)
class Select:
    """A menu of one filter."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Toggle:
    """A filter that is on or off."""

    name: str
    label: str
    url: str
    on: bool


@dataclass(frozen=True)
class Controls:
    """Everything above the table."""

    search: str
    searchable: bool
    selects: Sequence[Select]
    toggles: Sequence[Toggle]


@dataclass(frozen=True)
class Head:
    """A heading with the link that sorts by it."""

    name: str
    label: str
    numeric: bool
    money: bool
    url: str
    direction: str


@dataclass(frozen=True)
class Line:
    """A row with its cells in the order of the headings."""

    id: int
    cells: Sequence[dict[str, Any]]
    values: Mapping[str, Any]


class Listing:
    """The table's headings, rows and links for one state of the address."""

    def __init__(self, params: QueryDict, page: CustomerPage, sorts: Sequence[str]) -> None:
        self.params, self.page = params, page
        columns = [column for column in page.columns if column.name not in MARKED]
        self.heads = [_head(column, params, page.sort, sorts) for column in columns]
        self.rows = [_line(row, columns) for row in page.rows]

    @property
    def query(self) -> str:
        """The state as the end of an address, for the export."""
        return link(self.params, cursor=None) if self.params else ""

    @property
    def next(self) -> str:
        """The address of the following page."""
        return link(self.params, cursor=self.page.next)

    @property
    def previous(self) -> str:
        """The address of the page before."""
        return link(self.params, cursor=self.page.previous)

    @property
    def active(self) -> list[tuple[str, str]]:
        """The filters that are set, each with the address without it."""
        return [
            (_spoken(name, str(value)), link(self.params, cursor=None, **{name: None}))
            for name, value in self.params.items()
            if value and name not in CONTROLS
        ]


def named_totals(totals: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The sums worth a word above the table."""
    return [(label, totals[name]) for name, label in SHOWN_TOTALS if totals.get(name)]


def link(params: QueryDict, **changes: str | None) -> str:
    """The address with some parameters changed; None takes one away."""
    changed = params.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return f"?{changed.urlencode()}"


def controls_of(user: User, params: QueryDict) -> Controls:
    """The filters this user may use, with what they offer."""
    offered, choices = AccountFilter.offered(user), list_choices(user)
    selects = [
        Select(name, label, params.get(name, ""), _options(name, choices)) for name, label in SELECTS if name in offered
    ]
    toggles = [_toggle(name, label, params) for name, label in TOGGLES if name in offered]
    return Controls(
        params.get("q", ""),
        "q" in offered,
        [select for select in selects if len(select.options) > 1],
        toggles,
    )


def _spoken(name: str, value: str) -> str:
    """A filter as a person would name it."""
    if name == "q":
        return f"“{value}”"
    if name in dict(TOGGLES) and value == "true":
        return dict(TOGGLES)[name]
    label = dict(SELECTS).get(name) or words(name.replace("__gte", " from").replace("__lte", " to"))
    return f"{label}: {value}"


def _options(name: str, choices: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    if name == "status":
        return [(status, words(status)) for status in ACCOUNT_STATUSES]
    if name == "source":
        return [(source.name, source.label) for source in sources().values() if source.retired_at is None]
    return [(value, value) for value in choices.get(name, ())]


def _toggle(name: str, label: str, params: QueryDict) -> Toggle:
    on = params.get(name) == "true"
    return Toggle(name, label, link(params, cursor=None, **{name: None if on else "true"}), on)


def _head(column: Any, params: QueryDict, sort: str, sorts: Sequence[str]) -> Head:
    current = sort.removeprefix("-")
    direction = (
        ("descending" if sort.startswith("-") else "ascending") if column.sort and column.sort == current else ""
    )
    first, second = (f"-{column.sort}", column.sort) if column.numeric else (column.sort, f"-{column.sort}")
    url = link(params, cursor=None, sort=second if sort == first else first) if column.sort in sorts else ""
    return Head(
        column.name,
        SHORT.get(column.name, column.label),
        column.numeric or column.name == "sources",
        column.money,
        url,
        direction,
    )


def _line(row: CustomerRow, columns: Sequence[Any]) -> Line:
    return Line(
        row.id,
        [{"name": column.name, "value": row.values.get(column.name)} for column in columns],
        row.values,
    )

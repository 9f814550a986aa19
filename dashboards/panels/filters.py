"""The filters, headings and links of the customer list; its whole state stands in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.filtersets import AccountFilter
from accounts.models import User
from accounts.models.account import ACCOUNT_STATUSES
from accounts.selectors.choices import list_choices
from accounts.selectors.customers import CustomerPage, CustomerRow, sorts_of
from accounts.selectors.groups import groupings_of
from accounts.selectors.list_columns import Column, offered_columns
from accounts.selectors.sources import sources
from dashboards.panels.controls import Field, Select, own_fields, own_labels, own_selects
from dashboards.panels.list_state import ListState
from dashboards.templatetags.figures import words

SELECTS = (
    ("country", "Country"),
    ("segment", "Segment"),
    ("owner", "Owner"),
    ("status", "Status"),
)
MORE_SELECTS = (
    ("source", "Known to"),
    ("source__ne", "Not known to"),
    ("industry", "Industry"),
    ("credit", "Credit"),
)
FIELDS = (
    ("revenue__gte", "Revenue, 12 months, at least", "number"),
    ("revenue__lte", "Revenue, 12 months, at most", "number"),
    ("overdue__gte", "Overdue at least", "number"),
    ("pipeline__gte", "Open pipeline at least", "number"),
    ("last_order__gte", "Last order on or after", "date"),
    ("last_order__lte", "Last order on or before", "date"),
)
TOGGLES = (("has_overdue", "Overdue"), ("has_open_tickets", "Open tickets"), ("disputed", "Disputed"))
SHOWN_TOTALS = (("revenue_ttm", "revenue"), ("open_pipeline", "pipeline"), ("overdue_receivable", "overdue"))
MARKED = ("disputed",)  # shown as a mark beside the name
SHORT = {"revenue_ttm": "Revenue, 12 mo", "open_tickets": "Tickets", "open_pipeline": "Pipeline"}


@dataclass(frozen=True)
class Toggle:
    """A filter that is on or off."""

    name: str
    label: str
    on: bool


@dataclass(frozen=True)
class Controls:
    """Everything above the table."""

    search: str
    searchable: bool
    selects: Sequence[Select]
    toggles: Sequence[Toggle]
    more: Sequence[Select] = ()
    fields: Sequence[Field] = ()
    more_set: int = 0
    hidden: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Head:
    """A heading with the link that sorts by it."""

    name: str
    label: str
    kind: str
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


@dataclass(frozen=True)
class Choice:
    """A column of the chooser."""

    name: str
    label: str
    on: bool
    fixed: bool


class Listing:
    """The table's headings, rows and links for one state of the address."""

    def __init__(self, user: User, state: ListState, page: CustomerPage) -> None:
        self.user, self.state, self.page = user, state, page
        columns = [column for column in page.columns if column.name not in MARKED]
        self.heads = [_head(column, state, page.sort, sorts_of(user)) for column in columns]
        self.rows = [_line(row, columns) for row in page.rows]

    @property
    def query(self) -> str:
        """The state as the end of an address, for the export and for what is saved."""
        return self.state.query

    @property
    def next(self) -> str:
        """The address of the following page."""
        return self.state.link(cursor=self.page.next)

    @property
    def previous(self) -> str:
        """The address of the page before."""
        return self.state.link(cursor=self.page.previous)

    @property
    def active(self) -> list[tuple[str, str]]:
        """The filters that are set, each with the address without it."""
        return [(_spoken(name, value), self.state.link(**{name: None})) for name, value in self.state.filters.items()]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the filters' form has to carry along: everything but the filters."""
        state = self.state
        parts = {"sort": state.sort, "columns": ",".join(state.columns), "group": state.group, "density": state.density}
        return [(name, value) for name, value in (parts | {"view": state.view}).items() if value]

    @property
    def choices(self) -> list[Choice]:
        """The columns one can choose, those shown first and in their order."""
        shown = [column for column in self.page.columns if column.name not in MARKED]
        offered = [column for column in offered_columns(self.user) if column.name not in MARKED]
        ordered = [*shown, *(column for column in offered if column not in shown)]
        return [
            Choice(column.name, _heading(column), column in shown, column.name == "name") for column in ordered
        ]

    @property
    def groupings(self) -> list[tuple[str, str, bool]]:
        """What the list can be grouped by."""
        offered = {"": "No grouping", **groupings_of(self.user)}
        return [(label, self.state.link(group=name), name == self.state.group) for name, label in offered.items()]

    def footer(self, totals: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """The sums of the whole filter under their columns."""
        known = totals or {}
        return [
            {"name": head.name, "numeric": head.numeric, "money": head.money, "value": known.get(head.name)}
            for head in self.heads
        ]


def named_totals(totals: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The sums worth a word above the table."""
    return [(label, totals[name]) for name, label in SHOWN_TOTALS if totals.get(name)]


def controls_of(user: User, state: ListState) -> Controls:
    """The filters this user may use, with what they offer."""
    offered, choices, given = AccountFilter.offered(user), list_choices(user), state.filters

    def selects(named: Sequence[tuple[str, str]]) -> list[Select]:
        made = [Select(name, label, given.get(name, ""), _options(name, choices)) for name, label in named]
        return [select for select in made if select.name in offered and len(select.options) > 1]

    toggles = [Toggle(name, label, given.get(name) == "true") for name, label in TOGGLES if name in offered]
    bounds = [Field(name, label, kind, given.get(name, "")) for name, label, kind in FIELDS if name in offered]
    fields = [*bounds, *own_fields(offered, given)]
    more = [*selects(MORE_SELECTS), *own_selects(offered, given)]
    shown = [*selects(SELECTS), *more]
    known = {"q", "where", *(part.name for part in shown), *(part.name for part in toggles)}
    known |= {part.name for part in fields}
    return Controls(
        search=given.get("q", ""),
        searchable="q" in offered,
        selects=selects(SELECTS),
        toggles=toggles,
        more=more,
        fields=fields,
        more_set=sum(bool(part.value) for part in more) + sum(bool(part.value) for part in fields),
        hidden=[(name, value) for name, value in given.items() if name not in known],
    )


def _spoken(name: str, value: str) -> str:
    """A filter as a person would name it."""
    if name in ("q", "where"):
        return f"“{value}”"
    if name in dict(TOGGLES) and value == "true":
        return dict(TOGGLES)[name]
    if value == "true" or name == "new_days":
        return {"mine": "Mine", "followed": "Followed", "quiet": "Going quiet", "new_days": f"New, {value} days",
                "won_not_ordered": "Won, not ordered",
                "paying_later": "Paying later"}.get(name, words(name))  # fmt: skip
    labels = dict(SELECTS) | dict(MORE_SELECTS) | {name: label for name, label, _ in FIELDS} | own_labels()
    return f"{labels.get(name) or words(name)}: {value.replace(',', ', ')}"


def _options(name: str, choices: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    if name == "status":
        return [(status, words(status)) for status in ACCOUNT_STATUSES]
    if name == "credit":
        return [("hold", "On hold"), ("near", "Near the limit"), ("over", "Over the limit")]
    if name in ("source", "source__ne"):
        return [(source.name, source.label) for source in sources().values() if source.retired_at is None]
    return [(value, value) for value in choices.get(name, ())]


def _head(column: Column, state: ListState, sort: str, sorts: Sequence[str]) -> Head:
    current = sort.removeprefix("-")
    direction = (
        ("descending" if sort.startswith("-") else "ascending") if column.sort and column.sort == current else ""
    )
    first, second = (f"-{column.sort}", column.sort) if column.numeric else (column.sort, f"-{column.sort}")
    url = state.link(sort=second if sort == first else first) if column.sort in sorts else ""
    return Head(
        column.name,
        _heading(column),
        column.kind,
        column.numeric or column.name == "sources",
        column.money,
        url,
        direction,
    )


def _heading(column: Column) -> str:
    return SHORT.get(column.name, column.label)


def _line(row: CustomerRow, columns: Sequence[Column]) -> Line:
    return Line(
        row.id,
        [{"name": column.name, "kind": column.kind, "value": row.values.get(column.name)} for column in columns],
        row.values,
    )

"""The columns a list of customers can show, and those a user sees of them. A new figure is one more line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.access import FIGURES, field_access, figure_access
from accounts.access.fields import Reader
from accounts.catalogue import FieldSpec, load, remembered


@dataclass(frozen=True)
class Column:
    """A column: what it shows, how that is written, and whether it is there before anybody chooses."""

    name: str
    label: str
    sort: str | None = None
    numeric: bool = False
    money: bool = False
    kind: str = "text"
    shipped: bool = True


class BadColumn(ValueError):
    """There is no such column."""


def _more(name: str, label: str, kind: str = "text", *, numeric: bool = False, money: bool = False) -> Column:
    return Column(name, label, numeric=numeric, money=money, kind=kind, shipped=False)


COLUMNS = (
    Column("name", "Customer", "name", kind="name"),
    Column("segment", "Segment"),
    Column("country", "Country", kind="code"),
    Column("owner", "Owner"),
    Column("health_score", "Health", "health", numeric=True, kind="health"),
    Column("health_band", "Health", kind="band"),
    Column("revenue_ttm", "Revenue, 12 months", "revenue", numeric=True, money=True, kind="revenue"),
    Column("open_pipeline", "Open pipeline", "pipeline", numeric=True, money=True, kind="money"),
    Column("last_order_date", "Last order", "last_order", numeric=True, kind="ago"),
    Column("overdue_receivable", "Overdue", "overdue", numeric=True, money=True, kind="alarm"),
    Column("has_overdue", "Overdue", kind="overdue"),
    Column("credit_light", "Credit", kind="light"),
    Column("open_tickets", "Open tickets", numeric=True, kind="count"),
    Column("sources", "Sources", kind="sources"),
    Column("disputed", "Disputed", kind="fields"),
    _more("customer_number", "Number", "code"),
    _more("status", "Status", "word"),
    _more("city", "City"),
    _more("health_coverage", "Health coverage", "count", numeric=True),
    _more("region", "Region"),
    _more("industry", "Industry"),
    _more("territory", "Territory"),
    _more("legal_entity", "Sold by"),
    _more("customer_since_date", "Customer since", "day"),
    _more("revenue_previous", "Revenue, year before", "money", numeric=True, money=True),
    _more("weighted_pipeline", "Weighted pipeline", "money", numeric=True, money=True),
    _more("open_deals", "Open deals", "count", numeric=True),
    _more("open_orders", "Open orders", "count", numeric=True),
    _more("open_order_amount", "Order backlog", "money", numeric=True, money=True),
    _more("order_count", "Orders", "count", numeric=True),
    _more("open_receivable", "Open receivable", "money", numeric=True, money=True),
    _more("unapplied_cash", "Unapplied", "money", numeric=True, money=True),
    _more("oldest_due_date", "Oldest due", "day"),
    _more("severe_tickets", "Severe tickets", "count", numeric=True),
    _more("last_contact_at", "Last contact", "ago", numeric=True),
    _more("contact_count", "Contacts", "count", numeric=True),
    _more("open_tasks", "Data tasks", "count", numeric=True),
)
BY_NAME = {column.name: column for column in COLUMNS}
OWN_KINDS = {
    "integer": "amount", "decimal": "amount", "money": "amount", "percent": "amount", "date": "day",
    "datetime": "day", "boolean": "yes", "choice": "word", "country": "code", "currency": "code", "tags": "list",
}  # fmt: skip
NUMERIC = ("integer", "decimal", "money", "percent")
BESIDE = ("revenue_months", "health_state", "health_moved")  # told in the cell of another figure
IN_NAME = ("name", "status", "city", "disputed")  # what the cell of the name tells
TOLD_BESIDE = (*IN_NAME, *BESIDE, "health_band")
LIST_FIGURES = (*(column.name for column in COLUMNS if column.name in FIGURES), *BESIDE)
TOLD_BY = {"has_overdue": "overdue_receivable", "health_band": "health_score"}


@remembered
def every_column() -> dict[str, Column]:
    """Every column by name: those that ship, and the company's own fields after them."""
    return BY_NAME | {spec.name: _own(spec) for spec in load()["account"].own}


def _own(spec: FieldSpec) -> Column:
    kind = OWN_KINDS.get(spec.type, "text")
    return _more(spec.name, spec.label, kind, numeric=spec.type in NUMERIC, money=spec.unit == "base")


@remembered
def list_fields() -> tuple[str, ...]:
    """The columns that are fields of the customer."""
    return tuple(name for name in every_column() if name in load()["account"].fields)


def offered_columns(user: Reader) -> tuple[Column, ...]:
    """Every column the user may choose; a value replaces what only its summary would tell."""
    seen = [column for column in every_column().values() if _sees(user, column.name)]
    names = {column.name for column in seen}
    return tuple(column for column in seen if TOLD_BY.get(column.name) not in names)


def columns_of(user: Reader, chosen: Sequence[str] = ()) -> tuple[Column, ...]:
    """The columns shown: those chosen, in that order and as far as the user sees them; else the shipped ones."""
    unknown = [name for name in chosen if name not in every_column() and name != "all"]
    if unknown:
        raise BadColumn(f"There is no column {', '.join(unknown)}.")
    offered = offered_columns(user)
    if "all" in chosen:
        return offered
    if not chosen:
        return tuple(column for column in offered if column.shipped)
    names = [column.name for column in offered]
    picked = [every_column()[name] for name in dict.fromkeys(("name", *chosen)) if name in names]
    return tuple(picked)


def _sees(user: Reader, name: str) -> bool:
    if name == "sources":
        return True
    if name in FIGURES:
        return figure_access(user, name)
    return name not in field_access(user, "account").redacted

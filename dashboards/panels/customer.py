"""The sections of a customer's page: each is one read, one template, one permission."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from accounts.access import may_list
from accounts.models import User
from accounts.selectors import customer as reads
from accounts.selectors import documents, receivables, timeline
from dashboards.charts.ageing import ageing_finding, ageing_parts
from dashboards.charts.revenue import revenue_chart
from dashboards.panels import columns
from dashboards.panels.events import event_view
from dashboards.panels.facts import fact_groups
from dashboards.panels.queue import task_rows
from dashboards.panels.record import record_rows
from dashboards.panels.table import Table, document_table
from syncengine.selectors.queue import list_account_tasks

SHOWN, LOOKED_AT = 12, 80


@dataclass(frozen=True)
class Reading:
    """Who reads about which customer, on which day."""

    user: User
    customer: reads.Customer
    today: date
    now: datetime
    currency: str

    @property
    def figures(self) -> Mapping[str, Any]:
        """The figures this reader may see."""
        return self.customer.figures


@dataclass(frozen=True)
class Panel:
    """A section; `read` gives what its template shows, None where the role has no such section."""

    name: str
    title: str
    template: str
    read: Callable[[Reading], Any]


@dataclass(frozen=True)
class Filled:
    """A panel with what was read for it."""

    panel: Panel
    content: Any
    parts: dict[str, Any] = field(default_factory=dict)


def _revenue(reading: Reading) -> Any:
    if "revenue_months" not in reading.figures:
        return None
    months, to_date = reading.figures["revenue_months"] or (), reading.figures.get("months_to_date")
    return {"chart": revenue_chart(months, to_date or reading.today, reading.currency)}


def _invoices(reading: Reading) -> Any:
    section = documents.list_invoices(reading.user, reading.customer.account, as_of=reading.today, limit=LOOKED_AT)
    if section is None:
        return None
    section = replace(section, rows=_open_first(section.rows)[:SHOWN], more=len(section.rows) > SHOWN)
    ageing = receivables.get_ageing(reading.user, reading.customer.account, as_of=reading.today)
    parts = ageing_parts(ageing.buckets) if ageing else []
    table = document_table(section, columns.INVOICES, "Invoices")
    return {
        "table": table,
        "ageing": ageing,
        "parts": parts,
        "finding": ageing_finding(parts) if ageing else "",
    }


def _open_first(rows: Sequence[Any]) -> tuple[Any, ...]:
    """What is still owed, the oldest first; then what is paid, the latest first."""
    owed = [row for row in rows if row.values.get("days_overdue") is not None]
    settled = [row for row in rows if row.values.get("days_overdue") is None]
    return (*sorted(owed, key=lambda row: row.values.get("due_date") or date.max), *settled)


def _documents(read: Callable[..., Any], shown: Sequence[columns.Column], caption: str) -> Callable[[Reading], Any]:
    def fill(reading: Reading) -> Table | None:
        section = read(reading.user, reading.customer.account, limit=10)
        return None if section is None else document_table(section, shown, caption, reading.today)

    return fill


def _people(reading: Reading) -> Any:
    return reads.list_contacts(reading.user, reading.customer.account, limit=12)


def _places(reading: Reading) -> Any:
    return reads.list_addresses(reading.user, reading.customer.account)


def _timeline(reading: Reading) -> Any:
    if not any(may_list(reading.user, name) for name in timeline.BRANCHES):
        return None
    found = timeline.list_timeline(reading.user, reading.customer.account, now=reading.now, limit=14)
    return {"events": [event_view(happening) for happening in found]}


def _record(reading: Reading) -> Any:
    rows = record_rows(reading.user, reading.customer)
    return {"rows": rows} if rows else None


def _tasks(reading: Reading) -> Any:
    if reading.user.role != "steward":
        return None
    return {"rows": task_rows(list(list_account_tasks(reading.user, reading.customer.account)[:10]), reading.now)}


def _facts(reading: Reading) -> Any:
    return {"groups": fact_groups(reading.customer)}


TABLE = "dashboards/customer/_documents.html"
PANELS = {
    panel.name: panel
    for panel in (
        Panel("revenue", "Revenue", "dashboards/customer/_revenue.html", _revenue),
        Panel("pipeline", "Pipeline", TABLE, _documents(documents.list_opportunities, columns.DEALS, "Deals")),
        Panel("orders", "Orders", TABLE, _documents(documents.list_orders, columns.ORDERS, "Orders")),
        Panel("invoices", "Invoices", "dashboards/customer/_invoices.html", _invoices),
        Panel("payments", "Payments", TABLE, _documents(documents.list_payments, columns.PAYMENTS, "Payments")),
        Panel("tickets", "Tickets", TABLE, _documents(documents.list_tickets, columns.TICKETS, "Tickets")),
        Panel("timeline", "Timeline", "dashboards/customer/_timeline.html", _timeline),
        Panel("record", "Golden record", "dashboards/customer/_record.html", _record),
        Panel("tasks", "Open questions", "dashboards/customer/_tasks.html", _tasks),
        Panel("facts", "About", "dashboards/customer/_facts.html", _facts),
        Panel("people", "Contacts", "dashboards/customer/_people.html", _people),
        Panel("places", "Addresses", "dashboards/customer/_places.html", _places),
    )
}
MAIN_BY_ROLE: dict[str, tuple[str, ...]] = {
    "sales": ("revenue", "pipeline", "orders", "invoices", "tickets", "timeline"),
    "finance": ("invoices", "payments", "revenue", "orders", "timeline"),
    "support": ("tickets", "orders", "timeline"),
    "executive": ("revenue", "pipeline", "invoices", "orders", "timeline"),
    "operations": ("orders", "revenue", "timeline"),
    "steward": ("tasks", "record", "timeline"),
    "operator": ("record",),
    "marketing": ("facts",),
    "administrator": ("facts",),
}
SIDE = ("facts", "people", "places")
SIDE_BY_ROLE: dict[str, tuple[str, ...]] = {
    "steward": ("people", "places"),
    "operator": ("places",),
    "marketing": ("people", "places"),
    "administrator": ("people", "places"),
}


def fill(reading: Reading, names: Sequence[str]) -> list[Filled]:
    """The panels of those names that the reader's role has, with what they show."""
    filled = (Filled(PANELS[name], PANELS[name].read(reading)) for name in names)
    return [panel for panel in filled if panel.content is not None]


def side_names(user: User) -> tuple[str, ...]:
    """The sections beside; a role that sees the golden record needs no facts twice."""
    return SIDE_BY_ROLE.get(user.role, SIDE)


def main_names(user: User) -> tuple[str, ...]:
    """The role's sections in the order it asks."""
    return MAIN_BY_ROLE.get(user.role, ("timeline",))

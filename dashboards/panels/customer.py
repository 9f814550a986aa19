"""Sections told by documents and fields: money, deals, orders, tickets, people, places, the golden record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from accounts.models import User
from accounts.selectors import customer as reads
from accounts.selectors import documents, receivables, timeline
from dashboards.charts.ageing import ageing_finding, ageing_parts
from dashboards.charts.revenue import revenue_chart
from dashboards.panels import columns
from dashboards.panels.events import event_view
from dashboards.panels.facts import fact_groups
from dashboards.panels.record import record_rows
from dashboards.panels.section import Panel, Reading, figure_of, rows_of
from dashboards.panels.table import Table, document_table
from dashboards.panels.tasks import task_rows
from syncengine.selectors.queue import list_account_tasks

SHOWN, LOOKED_AT = 12, 80


def _revenue(reading: Reading) -> Any:
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
    found = timeline.list_timeline(reading.user, reading.customer.account, now=reading.now, limit=14)
    return {"events": [event_view(happening) for happening in found]}


def _record(reading: Reading) -> Any:
    rows = record_rows(reading.user, reading.customer)
    return {"rows": rows} if rows else None


def _tasks(reading: Reading) -> Any:
    return {"rows": task_rows(list(list_account_tasks(reading.user, reading.customer.account)[:10]), reading.now)}


def _facts(reading: Reading) -> Any:
    return {"groups": fact_groups(reading.customer)}


def happens(user: User) -> bool:
    """Whether the role sees any kind of happening."""
    return bool(timeline.kinds_of(user))


TABLE = "dashboards/customer/_documents.html"


def _table(name: str, title: str, object: str, read: Callable[..., Any], shown: Sequence[columns.Column]) -> Panel:
    return Panel(name, title, TABLE, _documents(read, shown, title), rows_of(object))


PANELS = (
    Panel("revenue", "Revenue", "dashboards/customer/_revenue.html", _revenue, figure_of("revenue_months")),
    _table("pipeline", "Pipeline", "opportunity", documents.list_opportunities, columns.DEALS),
    _table("quotes", "Quotes", "quote", documents.list_quotes, columns.QUOTES),
    _table("orders", "Orders", "order", documents.list_orders, columns.ORDERS),
    _table("shipments", "Shipments", "shipment", documents.list_shipments, columns.SHIPMENTS),
    Panel("invoices", "Invoices", "dashboards/customer/_invoices.html", _invoices, rows_of("invoice")),
    _table("payments", "Payments", "payment", documents.list_payments, columns.PAYMENTS),
    _table("credits", "Credit notes", "credit_note", documents.list_credit_notes, columns.CREDITS),
    _table("tickets", "Tickets", "ticket", documents.list_tickets, columns.TICKETS),
    _table("contracts", "Contracts", "contract", documents.list_contracts, columns.CONTRACTS),
    Panel("latest", "Timeline", "dashboards/customer/_timeline.html", _timeline, happens),
    Panel("record", "Golden record", "dashboards/customer/_record.html", _record),
    Panel("tasks", "Open questions", "dashboards/customer/_tasks.html", _tasks, lambda user: user.role == "steward"),
    Panel("facts", "About", "dashboards/customer/_facts.html", _facts),
    Panel("people", "Contacts", "dashboards/customer/_people.html", _people, rows_of("contact")),
    Panel("places", "Addresses", "dashboards/customer/_places.html", _places),
)

"""How a customer's figure came about: its value, the figures it is made of, and the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.metrics import Metric, load
from accounts.selectors import documents
from accounts.selectors.money import rates_behind
from accounts.selectors.sections import Section
from dashboards.panels import columns
from dashboards.panels.section import Reading
from dashboards.panels.table import Table, document_table
from dashboards.panels.tabs import tab_of
from dashboards.templatetags.figures import ago, day, money, number, words

Row = Mapping[str, Any]
LOOKED_AT, SHOWN, YEAR = 200, 12, timedelta(days=365)
# Figures that are made of other figures.
PARTS: dict[str, tuple[str, ...]] = {
    "exposure": ("open_receivable", "shipped_not_invoiced", "backlog", "unapplied_cash", "deposits"),
    "available_credit": ("exposure",),
    "limit_used": ("exposure",),
    "gross_margin": ("margin", "margin_revenue"),
    "overdue_share": ("overdue_receivable", "open_receivable"),
    "days_sales_outstanding": ("open_receivable", "credit_sales_90d"),
    "overdue_receivable": ("overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_over_90"),
    "promise_kept_rate": ("kept_promises", "broken_promises"),
    "order_rhythm": ("last_order_date", "order_interval"),
}

# Figures in which open amounts count at the day's rate.
REVALUED = frozenset((
    "open_receivable", "not_due", "overdue_receivable", "overdue_1_30", "overdue_31_60", "overdue_61_90",
    "overdue_over_90", "overdue_share", "disputed_receivable", "open_credits", "unapplied_cash", "deposits",
    "exposure", "available_credit", "limit_used", "days_sales_outstanding", "days_beyond_terms",
))  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """Which documents a figure counts, and the tab that lists them all."""

    object: str
    columns: Sequence[columns.Column]
    tab: str
    keep: Callable[[Row, Reading], bool]


@dataclass(frozen=True)
class Making:
    """One figure of one customer, taken apart."""

    customer: str
    value: str
    parts: Sequence[tuple[Metric, str]]
    table: Table | None
    found: int
    whole: bool  # whether the rows are all there are, not the latest
    tab: tuple[str, str] | None = None  # its label and address
    rates: Sequence[tuple[str, Decimal, date]] = ()  # what open amounts in other currencies are told at


def _open_invoice(row: Row, reading: Reading) -> bool:
    return row.get("days_overdue") is not None


def _late_invoice(row: Row, reading: Reading) -> bool:
    return (row.get("days_overdue") or 0) > 0


def _billed(row: Row, reading: Reading) -> bool:
    on = row.get("invoice_date")
    return row.get("status") in ("open", "paid") and on is not None and on > reading.today - YEAR


def _settled(row: Row, reading: Reading) -> bool:
    return _late_invoice(row, reading) or (row.get("paid_date") or reading.today - YEAR) > reading.today - YEAR


def _open_deal(row: Row, reading: Reading) -> bool:
    return row.get("state") == "open"


def _open_order(row: Row, reading: Reading) -> bool:
    return row.get("status") in ("confirmed", "partly_shipped")


def _real_order(row: Row, reading: Reading) -> bool:
    return row.get("status") not in ("draft", "cancelled")


def _open_ticket(row: Row, reading: Reading) -> bool:
    return row.get("status") in ("new", "open", "waiting")


def _severe_ticket(row: Row, reading: Reading) -> bool:
    return _open_ticket(row, reading) and row.get("priority") == "severe"


def _breached_ticket(row: Row, reading: Reading) -> bool:
    return _open_ticket(row, reading) and bool(row.get("sla_breached"))


def _rated_ticket(row: Row, reading: Reading) -> bool:
    return row.get("csat") is not None and reading.now - row["opened_at"] < timedelta(days=180)


def _answered_ticket(row: Row, reading: Reading) -> bool:
    return row.get("first_response_at") is not None and reading.now - row["opened_at"] < timedelta(days=180)


def _invoices(keep: Callable[[Row, Reading], bool]) -> Rows:
    shown = [column for column in columns.INVOICES if column.name != "invoice_date"]
    return Rows("invoice", shown, "finance", keep)


def _orders(keep: Callable[[Row, Reading], bool]) -> Rows:
    return Rows("order", columns.ORDERS, "orders", keep)


def _tickets(keep: Callable[[Row, Reading], bool]) -> Rows:
    return Rows("ticket", columns.TICKETS, "service", keep)


BILLED = Rows(
    "invoice",
    (columns.Column("number", "Invoice", "title"), columns.Column("invoice_date", "Date", "day"),
     columns.Column("net_amount", "Net", "money", lead=True), columns.Column("status", "State", "badge")),
    "finance", _billed,
)  # fmt: skip
DEALS = Rows("opportunity", columns.DEALS, "sales", _open_deal)
ROWS: dict[str, Rows] = {
    **dict.fromkeys(("revenue_ttm", "credit_sales_90d"), BILLED),
    **dict.fromkeys(("open_pipeline", "weighted_pipeline", "open_deals"), DEALS),
    **dict.fromkeys(("open_receivable", "not_due", "open_items"), _invoices(_open_invoice)),
    **dict.fromkeys(("overdue_receivable", "oldest_due_date", "overdue_share", "has_overdue", "overdue_1_30",
                     "overdue_31_60", "overdue_61_90", "overdue_over_90"), _invoices(_late_invoice)),
    **dict.fromkeys(("days_beyond_terms", "days_to_pay"), _invoices(_settled)),
    **dict.fromkeys(("open_orders", "open_order_amount", "backlog", "held_orders"), _orders(_open_order)),
    **dict.fromkeys(("last_order_date", "first_order_date", "order_count", "order_interval", "order_rhythm"),
                    _orders(_real_order)),
    "open_tickets": _tickets(_open_ticket),
    "oldest_open_ticket_days": _tickets(_open_ticket),
    "severe_tickets": _tickets(_severe_ticket),
    "breached_tickets": _tickets(_breached_ticket),
    "csat": _tickets(_rated_ticket),
    "first_response_hours": _tickets(_answered_ticket),
}  # fmt: skip
# Where a figure is laid out that no table of documents explains.
PLACES = {
    "health": "health", "credit": "finance", "receivable": "finance", "provenance": "data", "person": "people",
    "pipeline": "timeline", "order": "sales", "margin": "sales", "contract": "sales", "service": "service",
}  # fmt: skip


def making_of(reading: Reading, name: str) -> Making | None:
    """How the customer's figure is made; None for a figure the reader may not see, or of something else."""
    metric = load().metrics.get(name)
    if metric is None or name not in reading.figures:
        return None
    parts = [(load()[part], _spoken(load()[part], reading)) for part in PARTS.get(name, ()) if part in reading.figures]
    section = _kept(reading, name)
    table = document_table(section, ROWS[name].columns, metric.label, reading.today) if section else None
    return Making(
        customer=reading.customer.values.get("name") or f"Customer {reading.customer.id}",
        value=_spoken(metric, reading),
        parts=parts,
        table=replace(table, rows=table.rows[:SHOWN], more=False) if table else None,
        found=len(section.rows) if section else 0,
        whole=not section.more if section else True,
        tab=_place(reading, metric),
        rates=rates_behind(reading.customer.account, reading.today) if name in REVALUED else (),
    )


def _kept(reading: Reading, name: str) -> Section | None:
    """The rows the figure counts, among the latest."""
    rows = ROWS.get(name)
    section = _read(reading, rows.object) if rows else None
    if rows is None or section is None:
        return None
    return replace(section, rows=tuple(row for row in section.rows if rows.keep(row.values, reading)))


def _read(reading: Reading, object: str) -> Section | None:
    account = reading.customer.account
    if object == "invoice":
        return documents.list_invoices(reading.user, account, as_of=reading.today, limit=LOOKED_AT)
    return documents.list_documents(reading.user, account, object, limit=LOOKED_AT)


def _place(reading: Reading, metric: Metric) -> tuple[str, str] | None:
    """The tab with everything, where the reader has it."""
    rows = ROWS.get(metric.name)
    name = rows.tab if rows else PLACES.get(metric.sensitivity, "")
    tab = tab_of(reading.user, name)
    return (tab.label, reverse("tab", args=[reading.customer.id, name])) if tab else None


def _spoken(metric: Metric, reading: Reading) -> str:
    """The customer's value of a figure, to the cent and with its unit."""
    value = reading.figures.get(metric.name)
    if value is None or isinstance(value, list):
        return "—" if value is None else number(len(value))
    if metric.unit in UNITS:
        return UNITS[metric.unit](value, reading)
    return str(value)


UNITS: dict[str, Callable[[Any, Reading], str]] = {
    "money": lambda value, reading: money(value, reading.currency),
    "percent": lambda value, reading: f"{number(value, 1)} %",
    "days": lambda value, reading: f"{number(value, 1 if isinstance(value, Decimal) else 0)} d",
    "hours": lambda value, reading: f"{number(value, 1)} h",
    "count": lambda value, reading: number(value),
    "ratio": lambda value, reading: number(value, 1),
    "date": lambda value, reading: day(value),
    "time": lambda value, reading: f"{day(value)}, {ago(value)} ago",
    "yes": lambda value, reading: "Yes" if value else "No",
    "word": lambda value, reading: words(value),
}

"""Columns of the document tables, and how a state is coloured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TONES = {
    "paid": "ok",
    "won": "ok",
    "shipped": "ok",
    "delivered": "ok",
    "solved": "ok",
    "accepted": "ok",
    "kept": "ok",
    "active": "ok",
    "open": "accent",
    "confirmed": "accent",
    "partly_shipped": "accent",
    "sent": "accent",
    "new": "accent",
    "waiting": "warn",
    "draft": "",
    "high": "warn",
    "near": "warn",
    "lost": "bad",
    "overdue": "bad",
    "severe": "bad",
    "broken": "bad",
    "declined": "bad",
    "blocked": "bad",
}


@dataclass(frozen=True)
class Column:
    """One column: the value it shows, its heading, and how the value is written."""

    name: str
    label: str
    kind: str = "text"
    lead: bool = False
    wide_only: bool = False


@dataclass(frozen=True)
class Cell:
    """One value of one row, ready for the template."""

    column: Column
    value: Any
    tone: str = ""
    currency: str = ""


def cells(row: Mapping[str, Any], columns: Sequence[Column], currency: str = "") -> list[Cell]:
    """A row's values in the order of the columns."""
    money_in = row.get("currency") or currency
    return [
        Cell(column, row.get(column.name), TONES.get(str(row.get(column.name)), ""), money_in) for column in columns
    ]


def visible(columns: Sequence[Column], redacted: Sequence[str]) -> list[Column]:
    """The columns whose values the reader may see."""
    return [column for column in columns if column.name not in redacted]


DEALS = (
    Column("name", "Deal", "title"),
    Column("stage", "Stage"),
    Column("amount", "Value", "money", lead=True),
    Column("probability", "Chance", "percent", wide_only=True),
    Column("close_date", "Closes", "day"),
    Column("state", "State", "badge"),
    Column("owner", "Owner", wide_only=True),
)
ORDERS = (
    Column("number", "Order", "title"),
    Column("order_date", "Ordered", "day"),
    Column("promised_date", "Promised", "promise"),
    Column("net_amount", "Net", "money", lead=True),
    Column("status", "State", "badge"),
    Column("customer_po", "Their order", wide_only=True),
)
INVOICES = (
    Column("number", "Invoice", "title"),
    Column("invoice_date", "Date", "day", wide_only=True),
    Column("due_date", "Due", "day"),
    Column("days_overdue", "Overdue", "late"),
    Column("gross_amount", "Gross", "money", wide_only=True),
    Column("open_amount", "Open", "money", lead=True),
    Column("status", "State", "badge"),
)
PAYMENTS = (
    Column("number", "Payment", "title"),
    Column("payment_date", "Received", "day"),
    Column("method", "By"),
    Column("amount", "Amount", "money", lead=True),
    Column("unapplied_amount", "Unapplied", "money"),
)
TICKETS = (
    Column("subject", "Ticket", "title"),
    Column("number", "No.", wide_only=True),
    Column("priority", "Priority", "badge", lead=True),
    Column("status", "State", "badge"),
    Column("opened_at", "Opened", "ago"),
)
QUOTES = (
    Column("number", "Quote", "title"),
    Column("quote_date", "Date", "day"),
    Column("valid_until_date", "Valid until", "day"),
    Column("net_amount", "Net", "money", lead=True),
    Column("status", "State", "badge"),
)
SHIPMENTS = (
    Column("number", "Shipment", "title"),
    Column("shipped_date", "Shipped", "day"),
    Column("delivered_date", "Delivered", "day"),
    Column("carrier", "Carrier", wide_only=True),
    Column("tracking", "Tracking", wide_only=True),
    Column("status", "State", "badge"),
)
CREDITS = (
    Column("number", "Credit note", "title"),
    Column("credit_date", "Date", "day"),
    Column("reason", "Reason"),
    Column("gross_amount", "Gross", "money", lead=True),
    Column("open_amount", "Open", "money"),
)
CONTRACTS = (
    Column("name", "Contract", "title"),
    Column("start_date", "From", "day", wide_only=True),
    Column("end_date", "To", "day"),
    Column("renewal_date", "Renews", "day"),
    Column("value", "Value", "money", lead=True),
    Column("status", "State", "badge"),
)

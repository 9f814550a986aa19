"""Every live document there is, read once, for recomputing by hand what follows from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounts import models

ZERO = Decimal(0)


@dataclass
class Books:
    """Live documents by id, and lines by the document or line they belong to."""

    accounts: dict[int, Any]
    deals: dict[int, Any]
    quotes: dict[int, Any]
    orders: dict[int, Any]
    shipments: dict[int, Any]
    invoices: dict[int, Any]
    payments: dict[int, Any]
    credits: dict[int, Any]
    quote_lines: dict[int, list[Any]]
    order_lines: dict[int, list[Any]]
    billing_lines: dict[int, list[Any]]
    sent: dict[int, list[tuple[date, Decimal]]]  # by order line: what left, and when
    settlements: dict[int, list[Any]]

    def group(self, id: int | None) -> int | None:
        """The company above all others over a customer."""
        while id is not None and (above := self.accounts[id].parent_id) is not None:
            id = above
        return id

    def billed(self, line: Any) -> Decimal:
        """How much of an order line live invoices bill."""
        return sum((bill.quantity for bill in self.bills_of(line)), ZERO)

    def bills_of(self, line: Any) -> list[Any]:
        """The lines of live invoices that bill an order line, the earliest invoice first."""
        found = [bill for bill in self.billing_lines[line.pk] if bill.invoice_id in self.invoices]
        return sorted((bill for bill in found if live(self.invoices[bill.invoice_id])),
                      key=lambda bill: (self.invoices[bill.invoice_id].invoice_date, bill.pk))  # fmt: skip

    def shipped(self, line: Any) -> Decimal:
        """How much of an order line has left: what the ERP states, else what its shipments add up to."""
        if line.shipped_quantity is not None:
            return Decimal(line.shipped_quantity)
        return sum((quantity for _, quantity in self.sent[line.pk]), ZERO)

    def invoiced(self, line: Any) -> Decimal:
        """How much of an order line is billed, by the ERP's word or by the invoices, whichever is more."""
        return max(line.invoiced_quantity or ZERO, self.billed(line))


def read_books() -> Books:
    """The books as they stand."""
    shipments, orders = _alive(models.Shipment), _alive(models.Order)
    shipments = {id: row for id, row in shipments.items() if row.status != "cancelled"}
    sent = defaultdict(list)
    for line in _alive(models.ShipmentLine).values():
        shipment = shipments.get(line.shipment_id)
        if shipment and shipment.status in ("shipped", "delivered") and line.order_line_id:
            sent[line.order_line_id].append((shipment.shipped_date, line.quantity))
    return Books(
        accounts={row.pk: row for row in models.Account.objects.all()}, deals=_alive(models.Opportunity),
        quotes=_alive(models.Quote), orders=orders, shipments=shipments, invoices=_alive(models.Invoice),
        payments=_alive(models.Payment), credits=_alive(models.CreditNote),
        quote_lines=_by("quote_id", models.QuoteLine), order_lines=_by("order_id", models.OrderLine),
        billing_lines=_by("order_line_id", models.InvoiceLine), sent=sent,
        settlements=_by("invoice_id", models.Settlement),
    )  # fmt: skip


def live(document: Any) -> bool:
    """Whether an order or invoice counts: neither cancelled nor still a draft."""
    return document.status not in ("cancelled", "draft")


def unit_price(line: Any) -> Decimal:
    """The net price of one unit of a line."""
    if line.net_amount is not None:
        return Decimal(line.net_amount) / line.quantity
    return Decimal(line.unit_price) * (1 - (line.discount or ZERO) / 100)


def in_base(amount: Decimal, document: Any) -> Decimal | None:
    """An amount of a document in our currency; unknown where its rate is."""
    return None if document.rate is None else amount * document.rate


def _alive(model: Any) -> dict[int, Any]:
    return {row.pk: row for row in model.objects.filter(deleted_at__isnull=True).order_by("pk")}


def _by(field: str, model: Any) -> dict[int, list[Any]]:
    rows = defaultdict(list)
    for row in _alive(model).values():
        rows[getattr(row, field)].append(row)
    return rows

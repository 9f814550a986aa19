"""Invoices and their lines, one row as its source system keeps it."""

from __future__ import annotations

from django.db import models

from accounts.models import columns
from accounts.models.source_row import (
    SourceRow,
    account_cache,
    crosswalk,
    document,
    one_of,
    source_row,
)


class Invoice(SourceRow):
    """A bill with what is still open of it."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    bill_to_ref = crosswalk("AccountCrosswalk")
    order_key = columns.text()
    order = document("Order")
    number = columns.text()
    customer_po = columns.text()
    invoice_date = columns.day()
    due_date = columns.day()
    paid_date = columns.day()
    status = columns.code("draft", "open", "paid", "cancelled")
    net_amount = columns.money()
    tax_amount = columns.money()
    gross_amount = columns.money()
    open_amount = columns.money()
    base_net_amount = columns.money()
    base_open_amount = columns.money()
    currency = columns.currency()
    disputed = columns.flag()
    dispute_reason = columns.text()
    dunning_level = columns.whole()
    owner = columns.text()
    legal_entity = columns.text()
    original_number = columns.text()
    rate = columns.rate()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("invoice") + one_of("invoice", status=["draft", "open", "paid", "cancelled"])
        indexes = [
            models.Index(
                fields=["account_ref"], name="invoice_copy", condition=models.Q(original_number__isnull=False)
            ),
            models.Index(fields=["account", "-invoice_date"], name="invoice_account"),
            models.Index(fields=["number"], name="invoice_number"),
            models.Index(
                fields=["source", "order_key"],
                name="invoice_order_wait",
                condition=models.Q(order__isnull=True, order_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class InvoiceLine(SourceRow):
    """A product billed."""

    invoice_key = columns.text()
    invoice = document("Invoice")
    order_line_key = columns.text()
    order_line = document("OrderLine")
    product_ref = crosswalk("ProductCrosswalk")
    position = columns.whole()
    description = columns.text()
    quantity = columns.quantity()
    unit_price = columns.money()
    net_amount = columns.money()
    currency = columns.currency()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("invoice_line")
        indexes = [
            models.Index(
                fields=["source", "invoice_key"],
                name="invoice_line_invoice_wait",
                condition=models.Q(invoice__isnull=True, invoice_key__isnull=False),
            ),
            models.Index(
                fields=["source", "order_line_key"],
                name="invoice_line_order_line_wait",
                condition=models.Q(order_line__isnull=True, order_line_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

"""Credit notes and returns, one row as its source system keeps it."""

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


class CreditNote(SourceRow):
    """A bill taken back, in part or whole."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    invoice_key = columns.text()
    invoice = document("Invoice")
    order_key = columns.text()
    order = document("Order")
    number = columns.text()
    credit_date = columns.day()
    net_amount = columns.money()
    gross_amount = columns.money()
    open_amount = columns.money()
    base_net_amount = columns.money()
    base_open_amount = columns.money()
    currency = columns.currency()
    reason = columns.text()
    legal_entity = columns.text()
    rate = columns.rate()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("credit_note")
        indexes = [
            models.Index(fields=["account", "-credit_date"], name="credit_note_account"),
            models.Index(fields=["number"], name="credit_note_number"),
            models.Index(
                fields=["source", "invoice_key"],
                name="credit_note_invoice_wait",
                condition=models.Q(invoice__isnull=True, invoice_key__isnull=False),
            ),
            models.Index(
                fields=["source", "order_key"],
                name="credit_note_order_wait",
                condition=models.Q(order__isnull=True, order_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class CreditNoteLine(SourceRow):
    """A product credited."""

    credit_note_key = columns.text()
    credit_note = document("CreditNote")
    product_ref = crosswalk("ProductCrosswalk")
    quantity = columns.quantity()
    net_amount = columns.money()
    currency = columns.currency()
    reason = columns.text()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("credit_note_line")
        indexes = [
            models.Index(
                fields=["source", "credit_note_key"],
                name="credit_note_line_waits",
                condition=models.Q(credit_note__isnull=True, credit_note_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class GoodsReturn(SourceRow):
    """Goods sent back by a customer."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    order_key = columns.text()
    order = document("Order")
    number = columns.text()
    return_date = columns.day()
    status = columns.code("open", "received", "closed", "cancelled")
    reason = columns.text()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("goods_return") + one_of(
            "goods_return", status=["open", "received", "closed", "cancelled"]
        )
        indexes = [
            models.Index(fields=["account", "-return_date"], name="goods_return_account"),
            models.Index(fields=["number"], name="goods_return_number"),
            models.Index(
                fields=["source", "order_key"],
                name="goods_return_order_wait",
                condition=models.Q(order__isnull=True, order_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class GoodsReturnLine(SourceRow):
    """A product sent back."""

    goods_return_key = columns.text()
    goods_return = document("GoodsReturn")
    product_ref = crosswalk("ProductCrosswalk")
    quantity = columns.quantity()
    reason = columns.text()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("goods_return_line")
        indexes = [
            models.Index(
                fields=["source", "goods_return_key"],
                name="goods_return_line_waits",
                condition=models.Q(goods_return__isnull=True, goods_return_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

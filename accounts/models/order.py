"""Sales orders and their lines, one row as its source system keeps it."""

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


class Order(SourceRow):
    """A sales order."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    bill_to_ref = crosswalk("AccountCrosswalk")
    ship_to_ref = crosswalk("AccountCrosswalk")
    quote_key = columns.text()
    quote = document("Quote")
    opportunity_key = columns.text()
    opportunity = document("Opportunity")
    number = columns.text()
    customer_po = columns.text()
    quote_number = columns.text()
    order_type = columns.code("new", "repeat", "project")
    order_date = columns.day()
    requested_date = columns.day()
    promised_date = columns.day()
    status = columns.code("draft", "confirmed", "partly_shipped", "shipped", "closed", "cancelled")
    hold = columns.flag()
    hold_reason = columns.text()
    net_amount = columns.money()
    base_net_amount = columns.money()
    currency = columns.currency()
    payment_terms = columns.text()
    incoterm = columns.text()
    owner = columns.text()
    legal_entity = columns.text()
    original_number = columns.text()
    rate = columns.rate()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("order") + one_of(
            "order",
            order_type=["new", "repeat", "project"],
            status=[
                "draft",
                "confirmed",
                "partly_shipped",
                "shipped",
                "closed",
                "cancelled",
            ],
        )
        indexes = [
            models.Index(fields=["account_ref"], name="order_copy", condition=models.Q(original_number__isnull=False)),
            models.Index(fields=["account", "-order_date"], name="order_account"),
            models.Index(fields=["number"], name="order_number"),
            models.Index(
                fields=["source", "quote_key"],
                name="order_quote_wait",
                condition=models.Q(quote__isnull=True, quote_key__isnull=False),
            ),
            models.Index(
                fields=["source", "opportunity_key"],
                name="order_opportunity_wait",
                condition=models.Q(opportunity__isnull=True, opportunity_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class OrderLine(SourceRow):
    """A product ordered, with what has been shipped and invoiced of it."""

    order_key = columns.text()
    order = document("Order")
    product_ref = crosswalk("ProductCrosswalk")
    position = columns.whole()
    description = columns.text()
    unit = columns.text()
    quantity = columns.quantity()
    shipped_quantity = columns.quantity()
    invoiced_quantity = columns.quantity()
    unit_price = columns.money()
    discount = columns.percent()
    net_amount = columns.money()
    unit_cost = columns.money()
    currency = columns.currency()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("order_line")
        indexes = [
            models.Index(
                fields=["source", "order_key"],
                name="order_line_order_wait",
                condition=models.Q(order__isnull=True, order_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

"""Shipments and their lines, one row as its source system keeps it."""

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


class Shipment(SourceRow):
    """Goods on their way to a customer."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    order_key = columns.text()
    order = document("Order")
    number = columns.text()
    status = columns.code("planned", "packed", "shipped", "delivered", "cancelled")
    expected_date = columns.day()
    shipped_date = columns.day()
    delivered_date = columns.day()
    carrier = columns.text()
    tracking = columns.text()
    warehouse = columns.text()
    legal_entity = columns.text()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("shipment") + one_of(
            "shipment",
            status=["planned", "packed", "shipped", "delivered", "cancelled"],
        )
        indexes = [
            models.Index(fields=["account", "-shipped_date"], name="shipment_account"),
            models.Index(fields=["number"], name="shipment_number"),
            models.Index(
                fields=["source", "order_key"],
                name="shipment_order_wait",
                condition=models.Q(order__isnull=True, order_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class ShipmentLine(SourceRow):
    """An order line in a shipment."""

    shipment_key = columns.text()
    shipment = document("Shipment")
    order_line_key = columns.text()
    order_line = document("OrderLine")
    product_ref = crosswalk("ProductCrosswalk")
    quantity = columns.quantity()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("shipment_line")
        indexes = [
            models.Index(
                fields=["source", "shipment_key"],
                name="shipment_line_shipment_wait",
                condition=models.Q(shipment__isnull=True, shipment_key__isnull=False),
            ),
            models.Index(
                fields=["source", "order_line_key"],
                name="shipment_line_order_line_wait",
                condition=models.Q(order_line__isnull=True, order_line_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

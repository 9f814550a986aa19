"""Stock by product and warehouse, one row as its source system keeps it."""

from __future__ import annotations

from accounts.models import columns
from accounts.models.source_row import SourceRow, crosswalk, source_row


class Stock(SourceRow):
    """What lies in one warehouse of one product."""

    product_ref = crosswalk("ProductCrosswalk")
    warehouse = columns.text()
    on_hand = columns.quantity()
    reserved = columns.quantity()
    available = columns.quantity()
    expected_date = columns.day()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("stock")

    def __str__(self) -> str:
        return self.key

"""Price books and prices, one row as its source system keeps it."""

from __future__ import annotations

from django.db import models

from accounts.models import columns
from accounts.models.source_row import (
    SourceRow,
    account_cache,
    crosswalk,
    document,
    source_row,
)


class PriceBook(SourceRow):
    """A list of prices with its currency and validity."""

    number = columns.text()
    name = columns.text()
    tier = columns.text()
    currency = columns.currency()
    valid_from_date = columns.day()
    valid_to_date = columns.day()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("price_book")
        indexes = [
            models.Index(fields=["number"], name="price_book_number"),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class PriceEntry(SourceRow):
    """One price: for everybody, or negotiated with one customer."""

    price_book_key = columns.text()
    price_book = document("PriceBook")
    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache(indexed=True)
    product_ref = crosswalk("ProductCrosswalk")
    unit_price = columns.money()
    floor_price = columns.money()
    discount = columns.percent()
    minimum_quantity = columns.quantity()
    currency = columns.currency()
    valid_from_date = columns.day()
    valid_to_date = columns.day()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("price_entry")
        indexes = [
            models.Index(
                fields=["source", "price_book_key"],
                name="price_entry_price_book_wait",
                condition=models.Q(price_book__isnull=True, price_book_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

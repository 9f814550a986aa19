"""Quotes and their lines, one row as its source system keeps it."""

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


class Quote(SourceRow):
    """An offer made to a customer."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    opportunity_key = columns.text()
    opportunity = document("Opportunity")
    ship_to_ref = crosswalk("AccountCrosswalk")
    number = columns.text()
    erp_number = columns.text()
    status = columns.code("draft", "sent", "accepted", "declined", "expired")
    quote_date = columns.day()
    valid_until_date = columns.day()
    net_amount = columns.money()
    base_net_amount = columns.money()
    currency = columns.currency()
    owner = columns.text()
    rate = columns.rate()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("quote") + one_of("quote", status=["draft", "sent", "accepted", "declined", "expired"])
        indexes = [
            models.Index(fields=["account", "-quote_date"], name="quote_account"),
            models.Index(fields=["number"], name="quote_number"),
            models.Index(
                fields=["source", "opportunity_key"],
                name="quote_opportunity_wait",
                condition=models.Q(opportunity__isnull=True, opportunity_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class QuoteLine(SourceRow):
    """A product offered."""

    quote_key = columns.text()
    quote = document("Quote")
    product_ref = crosswalk("ProductCrosswalk")
    position = columns.whole()
    description = columns.text()
    quantity = columns.quantity()
    unit_price = columns.money()
    discount = columns.percent()
    discount_expires_date = columns.day()
    net_amount = columns.money()
    currency = columns.currency()
    remark = columns.text()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("quote_line")
        indexes = [
            models.Index(
                fields=["source", "quote_key"],
                name="quote_line_quote_wait",
                condition=models.Q(quote__isnull=True, quote_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

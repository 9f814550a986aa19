"""Opportunities and their lines, one row as its source system keeps it."""

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


class Opportunity(SourceRow):
    """A deal that may be won."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    number = columns.text()
    name = columns.text()
    stage = columns.text()
    state = columns.code("open", "won", "lost")
    amount = columns.money()
    base_amount = columns.money()
    currency = columns.currency()
    probability = columns.percent()
    close_date = columns.day()
    owner = columns.text()
    next_step = columns.text()
    opened_at = columns.instant()
    closed_at = columns.instant()
    stage_changed_at = columns.instant()
    rate = columns.rate()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("opportunity") + one_of("opportunity", state=["open", "won", "lost"])
        indexes = [
            models.Index(fields=["account", "-close_date"], name="opportunity_account"),
            models.Index(fields=["number"], name="opportunity_number"),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class OpportunityLine(SourceRow):
    """A product in a deal."""

    opportunity_key = columns.text()
    opportunity = document("Opportunity")
    product_ref = crosswalk("ProductCrosswalk")
    position = columns.whole()
    description = columns.text()
    quantity = columns.quantity()
    unit_price = columns.money()
    currency = columns.currency()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("opportunity_line")
        indexes = [
            models.Index(
                fields=["source", "opportunity_key"],
                name="opportunity_line_waits",
                condition=models.Q(opportunity__isnull=True, opportunity_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

"""Product usage, one row as its source system keeps it."""

from __future__ import annotations

from django.db import models

from accounts.models import columns
from accounts.models.source_row import SourceRow, account_cache, crosswalk, source_row


class Usage(SourceRow):
    """How much of a product was used in a period."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    product_ref = crosswalk("ProductCrosswalk")
    measure = columns.text()
    period_start_date = columns.day()
    quantity = columns.quantity()
    active_people = columns.whole()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("usage")
        indexes = [
            models.Index(fields=["account", "-period_start_date"], name="usage_account"),
        ]

    def __str__(self) -> str:
        return self.key

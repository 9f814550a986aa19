"""Contracts and subscriptions, one row as its source system keeps it."""

from __future__ import annotations

from django.db import models

from accounts.models import columns
from accounts.models.source_row import (
    SourceRow,
    account_cache,
    crosswalk,
    one_of,
    source_row,
)


class Contract(SourceRow):
    """A running agreement."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    number = columns.text()
    name = columns.text()
    status = columns.code("draft", "active", "ended", "cancelled")
    start_date = columns.day()
    end_date = columns.day()
    renewal_date = columns.day()
    value = columns.money()
    recurring_amount = columns.money()
    base_value = columns.money()
    base_recurring_amount = columns.money()
    currency = columns.currency()
    rate = columns.rate()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("contract") + one_of("contract", status=["draft", "active", "ended", "cancelled"])
        indexes = [
            models.Index(fields=["account", "-start_date"], name="contract_account"),
            models.Index(fields=["number"], name="contract_number"),
        ]

    def __str__(self) -> str:
        return self.number or self.key

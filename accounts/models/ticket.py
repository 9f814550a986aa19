"""Support tickets, one row as its source system keeps it."""

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


class Ticket(SourceRow):
    """A customer's question or complaint."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    contact_ref = crosswalk("ContactCrosswalk")
    order_key = columns.text()
    order = document("Order")
    order_number = columns.text()
    number = columns.text()
    subject = columns.text()
    theme = columns.text()
    priority = columns.code("low", "normal", "high", "severe")
    status = columns.code("new", "open", "waiting", "solved", "closed")
    opened_at = columns.instant()
    sla_due_at = columns.instant()
    sla_breached = columns.flag()
    first_response_at = columns.instant()
    solved_at = columns.instant()
    contacts_until_solved = columns.whole()
    csat = columns.whole()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("ticket") + one_of(
            "ticket",
            priority=["low", "normal", "high", "severe"],
            status=["new", "open", "waiting", "solved", "closed"],
        )
        indexes = [
            models.Index(fields=["account", "-opened_at"], name="ticket_account"),
            models.Index(fields=["number"], name="ticket_number"),
            models.Index(
                fields=["sla_due_at"],
                name="ticket_sla",
                condition=models.Q(status__in=["new", "open", "waiting"], sla_due_at__isnull=False, deleted_at=None),
            ),
            models.Index(
                fields=["source", "order_key"],
                name="ticket_order_wait",
                condition=models.Q(order__isnull=True, order_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.key

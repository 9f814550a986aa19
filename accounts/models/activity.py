"""Calls, meetings, mails and notes, one row as its source system keeps it."""

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


class Activity(SourceRow):
    """A call, meeting, mail or note."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    contact_ref = crosswalk("ContactCrosswalk")
    opportunity_key = columns.text()
    opportunity = document("Opportunity")
    kind = columns.code("call", "meeting", "mail", "note")
    direction = columns.code("in", "out", "both")
    subject = columns.text()
    happened_at = columns.instant()
    owner = columns.text()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("activity") + one_of(
            "activity",
            kind=["call", "meeting", "mail", "note"],
            direction=["in", "out", "both"],
        )
        indexes = [
            models.Index(fields=["account", "-happened_at"], name="activity_account"),
            models.Index(
                fields=["source", "opportunity_key"],
                name="activity_opportunity_wait",
                condition=models.Q(opportunity__isnull=True, opportunity_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

"""Scores from AI tools, one row as its source system keeps it."""

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


class Insight(SourceRow):
    """A score an AI tool gave, with its model."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    kind = columns.code("churn_risk", "engagement", "next_best_offer", "lifetime_value", "other")
    score = columns.quantity()
    text = columns.text()
    model = columns.text()
    model_version = columns.text()
    scored_at = columns.instant()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("insight") + one_of(
            "insight",
            kind=[
                "churn_risk",
                "engagement",
                "next_best_offer",
                "lifetime_value",
                "other",
            ],
        )
        indexes = [
            models.Index(fields=["account", "-scored_at"], name="insight_account"),
        ]

    def __str__(self) -> str:
        return self.key

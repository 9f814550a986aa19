"""Guards of identity: what fired in which run, and rounds whose merges were stopped until somebody looked."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Firing(models.Model):
    """One guard that fired in a run: its subject, how many records it concerns, and a sentence."""

    run = models.ForeignKey("syncengine.Run", models.CASCADE, related_name="firings")
    guard = models.TextField()
    subject = models.TextField()
    records = models.BigIntegerField()
    sentence = models.TextField()

    def __str__(self) -> str:
        return f"{self.guard} {self.subject}"


class Stop(models.Model):
    """Merges that one round would have made and that were too many to make unasked; holds keep them apart."""

    STATES = ["open", "allowed", "single", "apart", "obsolete"]

    at = models.DateTimeField()
    state = models.TextField(choices=[(s, s) for s in STATES], default="open")
    sentence = models.TextField()
    merges = models.IntegerField()
    records = models.IntegerField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "allowed", "single", "apart", "obsolete"]),
                name="stop_state_known",
            )
        ]

    def __str__(self) -> str:
        return f"stop {self.pk}"

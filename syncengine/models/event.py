"""Events that systems sent us: hints to fetch a record, each taken once."""

from __future__ import annotations

from django.db import models


class InboxEvent(models.Model):
    """One event of a source about one record; the same id twice is the same event."""

    STATES = ["received", "done", "superseded", "failed"]

    source = models.ForeignKey("accounts.Source", models.CASCADE, related_name="+")
    event_id = models.TextField()
    kind = models.TextField()
    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, null=True, related_name="+")
    key = models.TextField()
    fields = models.JSONField(default=list)
    occurred_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    needs_review = models.BooleanField(default=False)
    via = models.TextField(default="webhook")
    state = models.TextField(choices=[(s, s) for s in STATES], default="received")
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="inbox_event_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["received", "done", "superseded", "failed"]),
                name="inbox_event_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="inbox_waiting", condition=models.Q(state="received")),
            models.Index(fields=["stream", "key", "-id"], name="inbox_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

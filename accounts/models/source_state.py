"""The sources and how fresh and healthy each is, as the pages need it."""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """A system customers are read from; the only registry of them."""

    id = models.SmallAutoField(primary_key=True)
    name = models.TextField(unique=True)
    label = models.TextField()
    system = models.TextField(default="other")
    record_url = models.TextField(blank=True, default="")
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label


class SourceState(models.Model):
    """One stream of a source: when it last ran, how old its data is, and what is wrong, if anything."""

    STATES = ["new", "running", "ok", "late", "quiet", "error", "action", "paused"]

    source = models.ForeignKey("accounts.Source", models.CASCADE, related_name="states")
    stream = models.TextField()
    object = models.TextField()
    state = models.TextField(choices=[(s, s) for s in STATES], default="new")
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    data_at = models.DateTimeField(null=True, blank=True)
    target_seconds = models.IntegerField(default=3600)
    rows = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    message = models.TextField(blank=True, default="")
    notice = models.TextField(blank=True, default="", db_default="")  # what people are told on pages with its data
    notice_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "stream"], name="source_state_stream"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "new",
                        "running",
                        "ok",
                        "late",
                        "quiet",
                        "error",
                        "action",
                        "paused",
                    ]
                ),
                name="source_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.stream} {self.state}"

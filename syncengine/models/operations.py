"""What looking after the sync leaves behind: errors in groups, drift, freshness checks, proofs of completeness."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class ErrorGroup(models.Model):
    """Records that were refused the same way: how often, since when, and who looks after it."""

    STATES = ["new", "known", "muted", "fixed"]

    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, related_name="error_groups")
    fingerprint = models.TextField()
    stage = models.TextField()
    rule = models.TextField(blank=True, default="")
    title = models.TextField()
    state = models.TextField(choices=[(s, s) for s in STATES], default="new")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    muted_until = models.DateTimeField(null=True, blank=True)
    fixed_in = models.BigIntegerField(null=True, blank=True)
    count = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "fingerprint"], name="error_group_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["new", "known", "muted", "fixed"]), name="error_group_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SchemaDrift(models.Model):
    """What a source changed about a column, or about how much it sends, since the stream was last read."""

    KINDS = ["added", "removed", "renamed", "retyped", "values", "nulls", "volume"]
    STATES = ["open", "accepted", "ignored", "blocked", "over"]

    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, related_name="drifts")
    column = models.TextField()
    kind = models.TextField(choices=[(k, k) for k in KINDS])
    was = models.TextField(blank=True, default="")
    now = models.TextField(blank=True, default="")
    mapped = models.BooleanField(default=False)
    state = models.TextField(choices=[(s, s) for s in STATES], default="open")
    seen_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["stream"], name="drift_open", condition=models.Q(state__in=["open", "blocked"]))
        ]

    @property
    def told(self) -> str:
        """What changed, in words."""
        words = {
            "added": f"{self.column} is new",
            "removed": f"{self.column} is no longer sent",
            "renamed": f"{self.column} is probably called {self.now} now",
            "retyped": f"{self.column} was {self.was} and is {self.now}",
            "values": f"{self.column} has new values: {self.now}",
            "nulls": f"{self.column} was {self.was} and is {self.now}",
            "volume": f"{self.now} came, usually {self.was}",
        }
        return words[self.kind]

    def __str__(self) -> str:
        return f"{self.column} {self.kind}"


class RunLine(models.Model):
    """One line of a run's log."""

    LEVELS = ["info", "warn", "error"]

    run = models.ForeignKey("syncengine.Run", models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    level = models.TextField(choices=[(level, level) for level in LEVELS], default="info")
    text = models.TextField()

    def __str__(self) -> str:
        return self.text


class FreshnessCheck(models.Model):
    """Whether a stream's data were young enough at one look; a look every quarter of an hour."""

    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, related_name="+", db_index=False)
    checked_at = models.DateTimeField()
    fresh = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["stream", "checked_at"], name="freshness_stream")]


class KeyProof(models.Model):
    """A stream's keys compared with those its source lists: counted, and the differing ones named."""

    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, related_name="proofs")
    checked_at = models.DateTimeField()
    listed = models.BigIntegerField()
    known = models.BigIntegerField()
    missing = models.BigIntegerField()
    missing_keys = ArrayField(models.TextField(), default=list)
    refused = models.BigIntegerField(default=0)
    extra = models.BigIntegerField()
    extra_keys = ArrayField(models.TextField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["stream", "-id"], name="key_proof_latest")]

    @property
    def complete(self) -> bool:
        """Whether every key of the source is known or explained by a refusal, and no other."""
        return self.missing == 0 and self.extra == 0

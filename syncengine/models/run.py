"""Runs: each reading of a stream and each round of the publish lane, with a ledger that balances."""

from __future__ import annotations

from django.db import models


class Run(models.Model):
    """read = unchanged + created + updated + tombstoned + rejected + held + skipped + superseded,
    and apart from it known_before + created − tombstoned − absent = known_after."""

    KINDS = ["sync", "refresh", "replay", "publish"]
    STATES = ["running", "succeeded", "failed", "stopped", "cancelled"]

    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, null=True, related_name="runs")
    kind = models.TextField(choices=[(k, k) for k in KINDS], default="sync")
    state = models.TextField(choices=[(s, s) for s in STATES], default="running")
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    policy_version = models.IntegerField(null=True, blank=True)
    read = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    tombstoned = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    superseded = models.BigIntegerField(default=0)
    absent = models.BigIntegerField(default=0)
    known_before = models.BigIntegerField(default=0)
    known_after = models.BigIntegerField(default=0)
    warned = models.BigIntegerField(default=0)
    stages = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    message = models.TextField(blank=True, default="")
    cancel_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "succeeded", "failed", "stopped", "cancelled"]),
                name="run_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["sync", "refresh", "replay", "publish"]),
                name="run_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["stream", "-id"], name="run_stream_latest"),
            models.Index(
                fields=["state"],
                name="run_running",
                condition=models.Q(state="running"),
            ),
        ]

    @property
    def balanced(self) -> bool:
        """Whether everything read is accounted for."""
        parts = (
            self.unchanged,
            self.created,
            self.updated,
            self.tombstoned,
            self.rejected,
            self.held,
        )
        return self.read == sum(parts) + self.skipped + self.superseded and (
            self.known_before + self.created - self.tombstoned - self.absent == self.known_after
        )

    def __str__(self) -> str:
        return f"run {self.pk} {self.kind} {self.state}"


class DeadLetter(models.Model):
    """Something that was refused or is held: reason and payload kept, and it can be replayed."""

    STATES = ["open", "replayed", "resolved", "dismissed"]

    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, related_name="dead_letters")
    run = models.ForeignKey("syncengine.Run", models.SET_NULL, null=True, related_name="dead_letters")
    group = models.ForeignKey("syncengine.ErrorGroup", models.SET_NULL, null=True, related_name="letters")
    key = models.TextField(null=True, blank=True)
    stage = models.TextField()
    rule = models.TextField(blank=True, default="")
    severity = models.TextField(
        choices=[("reject", "reject"), ("hold", "hold"), ("warn", "warn")],
        default="reject",
    )
    reason = models.TextField()
    where = models.TextField(blank=True, default="")
    payload = models.TextField()
    edited_payload = models.TextField(null=True, blank=True)  # what a person made of it, taken on replay
    waits_for_source = models.BooleanField(default=False, db_default=False)
    note = models.TextField(blank=True, default="", db_default="")
    fingerprint = models.TextField()
    state = models.TextField(choices=[(s, s) for s in STATES], default="open")
    seen_count = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "fingerprint"],
                condition=models.Q(state="open"),
                name="dead_letter_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["stream", "key"],
                name="dead_letter_open_key",
                condition=models.Q(state="open"),
            ),
            models.Index(fields=["state", "-id"], name="dead_letter_state"),
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.reason}"

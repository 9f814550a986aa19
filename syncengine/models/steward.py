"""What rules could not settle: tasks for stewards, and the values they pinned."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class StewardTask(models.Model):
    """A question for a person. `subject` names what it is about, so that it is asked only once."""

    KINDS = ["duplicate", "conflict", "validation", "unmatched"]
    STATES = ["open", "done", "obsolete"]

    kind = models.TextField(choices=[(k, k) for k in KINDS])
    subject = models.TextField()
    state = models.TextField(choices=[(s, s) for s in STATES], default="open")
    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+")
    other_account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+")
    field = models.SmallIntegerField(null=True)
    records = ArrayField(models.BigIntegerField(), default=list)
    confidence = models.FloatField(null=True)
    reason = models.TextField(default="")
    evidence = models.JSONField(default=dict)
    evidence_digest = models.TextField(default="")
    value_at_stake = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    dead_letter = models.ForeignKey("syncengine.DeadLetter", models.CASCADE, null=True, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True, default="")
    decision = models.ForeignKey("syncengine.Decision", models.SET_NULL, null=True, related_name="tasks")
    pin = models.ForeignKey("syncengine.Pin", models.SET_NULL, null=True, related_name="tasks")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(state="open"),
                name="steward_task_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["duplicate", "conflict", "validation", "unmatched"]),
                name="steward_task_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "done", "obsolete"]),
                name="steward_task_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-value_at_stake", "id"],
                name="steward_task_queue",
                condition=models.Q(state="open"),
            ),
            models.Index(fields=["kind", "subject"], name="steward_task_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.state}"


class Pin(models.Model):
    """A value a person set; beats every rule until it is released or expires.

    It belongs to a record, so that it stays with the customer that record is in, through merge and split.
    """

    record = models.ForeignKey("accounts.AccountCrosswalk", models.CASCADE, related_name="+")
    field = models.SmallIntegerField()
    value = models.TextField(null=True)
    reason = models.TextField(blank=True, default="")
    pinned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    pinned_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["record"],
                name="pin_open",
                condition=models.Q(released_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"field {self.field} = {self.value}"

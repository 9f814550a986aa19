"""What rules could not settle: tasks for stewards, and the values they pinned."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class StewardTask(models.Model):
    """A question for a person. `subject` names what it is about, so that it is asked only once."""

    KINDS = ["duplicate", "conflict", "validation", "guard", "relation", "approval", "change", "policy"]
    STATES = ["open", "done", "obsolete"]
    URGENCIES = ["blocking", "billing", "money", "other"]

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
    hold = models.ForeignKey("syncengine.Hold", models.SET_NULL, null=True, related_name="tasks")
    urgency = models.TextField(choices=[(u, u) for u in URGENCIES], db_default="other")
    rule = models.TextField(blank=True, db_default="")
    priority = models.FloatField(db_default=0.0)
    both_open = models.BooleanField(db_default=False)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    comment_count = models.IntegerField(db_default=0)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True, default="")
    decision = models.ForeignKey("syncengine.Decision", models.SET_NULL, null=True, related_name="tasks")
    pin = models.ForeignKey("syncengine.Pin", models.SET_NULL, null=True, related_name="tasks")
    request = models.ForeignKey("accounts.ChangeRequest", models.CASCADE, null=True, related_name="+", db_index=False)
    draft = models.ForeignKey("syncengine.PolicyDraft", models.CASCADE, null=True, related_name="+", db_index=False)
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
                condition=models.Q(
                    kind__in=[
                        "duplicate",
                        "conflict",
                        "validation",
                        "guard",
                        "relation",
                        "approval",
                        "change",
                        "policy",
                    ]
                ),
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
            models.Index(fields=["-priority", "id"], name="steward_task_priority", condition=models.Q(state="open")),
            models.Index(fields=["account"], name="steward_task_account", condition=models.Q(state="open")),
            models.Index(fields=["other_account"], name="steward_task_other", condition=models.Q(state="open")),
            models.Index(fields=["decision"], name="steward_task_decision"),
            # What few tasks are, and a view of the queue counts: without these each look reads every open task.
            models.Index(fields=["due_at"], name="steward_task_due", condition=models.Q(state="open")),
            models.Index(
                fields=["confidence"], name="steward_task_sure", condition=models.Q(state="open", kind="duplicate")
            ),
            models.Index(fields=["id"], name="steward_task_money", condition=models.Q(state="open", both_open=True)),
            models.Index(
                fields=["snoozed_until"], name="steward_task_snoozed", condition=models.Q(snoozed_until__isnull=False)
            ),
            models.Index(
                fields=["waiting_since"], name="steward_task_waiting", condition=models.Q(waiting_since__isnull=False)
            ),
            models.Index(fields=["request"], name="steward_task_request", condition=models.Q(request__isnull=False)),
            models.Index(fields=["draft"], name="steward_task_draft", condition=models.Q(draft__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.state}"


class TaskComment(models.Model):
    """What somebody said about a task."""

    task = models.ForeignKey(StewardTask, models.CASCADE, related_name="comments")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()
    text = models.TextField()


class Opinion(models.Model):
    """One person's view of a task that somebody was unsure of, or that a blind sample asked for."""

    ANSWERS = ["same", "different", "unsure"]

    task = models.ForeignKey(StewardTask, models.CASCADE, related_name="opinions")
    batch = models.ForeignKey("syncengine.DecisionBatch", models.CASCADE, null=True, related_name="opinions")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField()
    answer = models.TextField(choices=[(a, a) for a in ANSWERS])
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer__in=["same", "different", "unsure"]), name="opinion_answer_known"
            ),
            models.UniqueConstraint(fields=["task", "batch", "given_by"], name="opinion_once", nulls_distinct=False),
        ]


class DecisionBatch(models.Model):
    """Many duplicate tasks answered as one: a slice of the queue, sampled blind, approved, and revertible."""

    STATES = ["sampling", "refused", "waiting", "applied", "reverted"]

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    least = models.FloatField()
    most = models.FloatField()
    rule = models.TextField(blank=True, default="")
    state = models.TextField(choices=[(s, s) for s in STATES], default="sampling")
    tasks = ArrayField(models.BigIntegerField())
    sample = ArrayField(models.BigIntegerField())
    value = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["sampling", "refused", "waiting", "applied", "reverted"]),
                name="batch_state_known",
            )
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class PlantedPair(models.Model):
    """A pair of records whose truth is known, mixed into the queue to measure the people answering."""

    record_l = models.BigIntegerField()
    record_r = models.BigIntegerField()
    truth = models.TextField(choices=[("same", "same"), ("different", "different")])
    task = models.ForeignKey(StewardTask, models.SET_NULL, null=True, related_name="+")
    planted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    planted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_l", "record_r"], name="planted_once"),
            models.CheckConstraint(condition=models.Q(truth__in=["same", "different"]), name="planted_truth_known"),
        ]


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


class FieldContest(models.Model):
    """How often a record changed a field that another system owns, away from the value that stands."""

    object = models.SmallIntegerField()
    record_id = models.BigIntegerField()
    field = models.SmallIntegerField()
    times = models.IntegerField()
    value = models.TextField(null=True, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "record_id", "field"], name="field_contest_once")]

    def __str__(self) -> str:
        return f"{self.object}.{self.field} of record {self.record_id}, {self.times} times"

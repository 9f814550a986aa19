"""What is written back: one message a target record with its fields, and what targets echo of it."""

from __future__ import annotations

from django.db import models

MESSAGE_STATES = [
    "waiting", "planned", "sending", "sent", "confirmed", "refused", "unknown", "conflict", "cancelled",
]  # fmt: skip


class OutboxMessage(models.Model):
    """One attempt to bring one record of a target to what was decided; never two for one decision.

    `waiting` is for an approval, `planned` may be sent, `sending` is committed before the call, `unknown` says
    that the answer was lost and the target has to be read before anything else happens.
    """

    ACTIONS = ["update", "create"]
    STATES = MESSAGE_STATES

    decision = models.TextField()
    stream = models.ForeignKey("syncengine.Stream", models.PROTECT, related_name="+")
    object = models.SmallIntegerField()
    key = models.TextField(null=True, blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+")
    action = models.TextField(choices=[(a, a) for a in ACTIONS], default="update")
    state = models.TextField(choices=[(s, s) for s in STATES], default="planned")
    request = models.ForeignKey("accounts.ChangeRequest", models.SET_NULL, null=True, related_name="messages")
    cause = models.TextField(blank=True, default="")
    correlation = models.UUIDField(unique=True)
    expected_version = models.TextField(null=True, blank=True)
    returned_version = models.TextField(null=True, blank=True)
    extra = models.JSONField(default=dict)
    attempts = models.SmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField()
    reason = models.TextField(blank=True, default="")
    planned_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "stream", "record_id"], name="outbox_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=models.Q(state__in=MESSAGE_STATES), name="outbox_state_known"),
            models.CheckConstraint(condition=models.Q(action__in=["update", "create"]), name="outbox_action_known"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="outbox_due",
                condition=models.Q(state__in=["planned", "sending", "sent", "unknown"]),
            ),
            models.Index(fields=["account", "-id"], name="outbox_account"),
            models.Index(fields=["record_id", "-id"], name="outbox_record"),
        ]

    def __str__(self) -> str:
        return f"outbox {self.pk} {self.state}"


class OutboxField(models.Model):
    """One value of a message: what it shall be, what the target said when this was planned, and whose it is."""

    message = models.ForeignKey(OutboxMessage, models.CASCADE, related_name="fields")
    field = models.SmallIntegerField()
    value = models.TextField(null=True, blank=True)
    base = models.TextField(null=True, blank=True)
    origin_source = models.SmallIntegerField(null=True)
    origin_key = models.TextField(null=True, blank=True)
    origin_pin = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "field"], name="outbox_field_once")]

    def __str__(self) -> str:
        return f"{self.field} = {self.value}"


class Echo(models.Model):
    """A value we wrote into a target's record: as long as it stands there, it is not the target's own word."""

    record_id = models.BigIntegerField()
    object = models.SmallIntegerField()
    field = models.SmallIntegerField()
    value = models.TextField(null=True, blank=True)
    base = models.TextField(null=True, blank=True)
    origin_source = models.SmallIntegerField(null=True)
    origin_key = models.TextField(null=True, blank=True)
    origin_pin = models.BigIntegerField(null=True)
    version = models.TextField(null=True, blank=True)
    message = models.ForeignKey(OutboxMessage, models.CASCADE, related_name="echoes")
    written_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object", "record_id", "field"],
                condition=models.Q(closed_at__isnull=True),
                name="echo_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"echo of {self.record_id}.{self.field}"


class Breaker(models.Model):
    """How calls to a source have gone lately; open, it lets none through until a moment has passed."""

    source = models.OneToOneField("accounts.Source", models.CASCADE, primary_key=True, related_name="+")
    failures = models.SmallIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"breaker of {self.source_id}"

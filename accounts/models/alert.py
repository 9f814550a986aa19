"""Alerts: what somebody should know of a customer or a source, how each wants to be told, and what was sent."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.crypto import get_random_string

from accounts.models import columns

SEVERITIES = ("info", "warn", "bad")
CHANNELS = ("mail", "webhook")
KINDS = ("instant", "digest")
DELIVERY_STATES = ("planned", "sending", "sent", "failed", "unknown")


def new_secret() -> str:
    """What a receiver checks signatures with."""
    return get_random_string(40)


class Alert(models.Model):
    """One finding of one rule; open until its condition ends, never twice at a time for the same subject."""

    rule = models.TextField()
    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+", db_index=False)
    source = models.ForeignKey("accounts.Source", models.CASCADE, null=True, related_name="+", db_index=False)
    subject = models.TextField(default="", blank=True)
    severity = models.TextField(choices=[(name, name) for name in SEVERITIES])
    value = columns.money()
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    renewed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snooze_reason = models.TextField(blank=True, default="")
    snoozed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    muted = models.BooleanField(default=False)
    held_back = models.BooleanField(default=False)  # over the week's budget: in the portal, never sent

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "account", "source", "subject"],
                condition=models.Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="alert_one_open",
            ),
            models.CheckConstraint(condition=models.Q(severity__in=SEVERITIES), name="alert_severity_known"),
        ]
        indexes = [
            models.Index(fields=["account", "rule", "-opened_at"], name="alert_account"),
            models.Index(fields=["opened_at"], name="alert_opened"),
            models.Index(
                fields=["rule", "-closed_at"], name="alert_closed", condition=models.Q(closed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.account_id or self.source_id or ''} {self.subject}".strip()


class AlertPreference(models.Model):
    """How one person wants to be told beside the portal itself."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="alert_preference"
    )
    digest_mail = models.BooleanField(default=True)
    instant_mail = models.BooleanField(default=True)
    webhook_url = models.TextField(blank=True, default="")
    webhook_secret = models.TextField(default=new_secret)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.user_id)


class AlertDelivery(models.Model):
    """One message to one person; the row stands before anything is sent and is claimed once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    channel = models.TextField(choices=[(name, name) for name in CHANNELS])
    kind = models.TextField(choices=[(name, name) for name in KINDS])
    occasion = models.TextField()  # the alert's id, or the day of the digest
    alert_ids = ArrayField(models.BigIntegerField())
    state = models.TextField(choices=[(name, name) for name in DELIVERY_STATES], default="planned")
    planned_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    detail = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "channel", "kind", "occasion"], name="alert_delivery_once"),
            models.CheckConstraint(condition=models.Q(state__in=DELIVERY_STATES), name="alert_delivery_state_known"),
            models.CheckConstraint(condition=models.Q(channel__in=CHANNELS), name="alert_delivery_channel_known"),
        ]
        indexes = [
            models.Index(
                fields=["planned_at"], name="alert_delivery_due", condition=models.Q(state__in=["planned", "sending"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occasion} to {self.user_id} by {self.channel}: {self.state}"


class AlertVersion(models.Model):
    """What people set of the alert rules; a row never changes, other settings are a new row."""

    number = models.AutoField(primary_key=True)
    changes = models.JSONField()
    note = models.TextField(blank=True, default="")
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"version {self.number}"

"""Webhooks to programs that want to hear of changes, and each call made to them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class WebhookEndpoint(models.Model):
    """Where to call about what; it hears what its user may see."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    url = models.TextField()
    secret = models.TextField()
    old_secret = models.TextField(blank=True, default="", db_default="")  # signs beside the new one for a while
    old_secret_until = models.DateTimeField(null=True, blank=True)
    types = ArrayField(models.TextField(), default=list)
    last_seq = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint."""

    STATES = ["waiting", "delivered", "failed"]

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    seq = models.BigIntegerField()
    body = models.TextField()
    state = models.TextField(choices=[(s, s) for s in STATES], default="waiting")
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    detail = models.TextField(blank=True, default="")
    planned_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "seq"], name="webhook_delivery_once")]
        indexes = [
            models.Index(fields=["next_at"], name="webhook_due", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.seq} to {self.endpoint_id}: {self.state}"

"""What people ask to be changed: the inbox between the portal's pages and the sync engine."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class ChangeRequest(models.Model):
    """Values somebody wants a customer to have; once approved they are pinned and written back.

    `changes` lists {"field": code, "before": text, "after": text}; `approvers` the roles that may decide,
    empty where the person had the right to change it alone.
    """

    KINDS = ["edit", "sync", "event", "undo", "compensation"]
    STATES = ["waiting", "approved", "applied", "rejected", "withdrawn"]

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="change_requests")
    kind = models.TextField(choices=[(k, k) for k in KINDS], default="edit")
    state = models.TextField(choices=[(s, s) for s in STATES], default="waiting")
    changes = models.JSONField(default=list)
    reason = models.TextField(blank=True, default="")
    policy = models.TextField(blank=True, default="")
    approvers = ArrayField(models.TextField(), default=list)
    detail = models.JSONField(default=dict)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "approved", "applied", "rejected", "withdrawn"]),
                name="change_request_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["edit", "sync", "event", "undo", "compensation"]),
                name="change_request_kind_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="change_request_open",
                condition=models.Q(state__in=["waiting", "approved"]),
            )
        ]

    def __str__(self) -> str:
        return f"request {self.pk} {self.state}"

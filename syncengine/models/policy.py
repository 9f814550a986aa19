"""Applied policies: immutable versions of the company's rules, as the text people wrote."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class PolicyVersion(models.Model):
    """All policy documents as they stood from `applied_at` on; lineage and decisions name its number."""

    number = models.AutoField(primary_key=True)
    documents = models.JSONField()
    digest = models.TextField()
    base = models.IntegerField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField()
    plan = models.JSONField(null=True, blank=True)  # what applying was told it would change
    queued = models.BigIntegerField(default=0, db_default=0)  # records that wait for the lane because of it

    def __str__(self) -> str:
        return f"policy version {self.number}"


class PolicyDraft(models.Model):
    """Policies that somebody wants: edited, planned, approved by a second person, applied."""

    STATES = ["draft", "planning", "planned", "approved", "applying", "applied", "rejected", "withdrawn"]

    documents = models.JSONField()
    digest = models.TextField()
    base = models.IntegerField(null=True)
    note = models.TextField(blank=True, default="")
    state = models.TextField(choices=[(s, s) for s in STATES], default="draft")
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    edited_at = models.DateTimeField()
    plan = models.JSONField(null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    position = models.BigIntegerField(null=True, blank=True)  # the last dirty row when the plan was made
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    trouble = models.TextField(blank=True, default="")
    version = models.ForeignKey(PolicyVersion, models.SET_NULL, null=True, related_name="drafts")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "draft",
                        "planning",
                        "planned",
                        "approved",
                        "applying",
                        "applied",
                        "rejected",
                        "withdrawn",
                    ]
                ),
                name="policy_draft_state_known",
            )
        ]
        indexes = [models.Index(fields=["digest", "-id"], name="policy_draft_digest")]

    def __str__(self) -> str:
        return f"draft {self.pk} of version {self.base}: {self.state}"


class Stream(models.Model):
    """One stream of a source: what it carries, and where reading stands."""

    id = models.SmallAutoField(primary_key=True)
    source = models.ForeignKey("accounts.Source", models.PROTECT, related_name="streams")
    name = models.TextField()
    object = models.TextField()
    active = models.BooleanField(default=True)
    watermark = models.TextField(null=True, blank=True)
    listed_at = models.DateTimeField(null=True, blank=True)
    columns = models.JSONField(null=True, blank=True)  # what the source had at the last reading, with its types
    habits = models.JSONField(default=dict, db_default={})  # what its readings usually bring, see operations.habits
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="stream_name")]

    def __str__(self) -> str:
        return f"{self.source_id}.{self.name}"

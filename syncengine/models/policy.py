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

    def __str__(self) -> str:
        return f"policy version {self.number}"


class Stream(models.Model):
    """One stream of a source: what it carries, and where reading stands."""

    id = models.SmallAutoField(primary_key=True)
    source = models.ForeignKey("accounts.Source", models.PROTECT, related_name="streams")
    name = models.TextField()
    object = models.TextField()
    active = models.BooleanField(default=True)
    watermark = models.TextField(null=True, blank=True)
    listed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="stream_name")]

    def __str__(self) -> str:
        return f"{self.source_id}.{self.name}"

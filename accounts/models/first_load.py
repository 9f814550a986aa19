"""The time in which a company's data are brought in for the first time."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class FirstLoad(models.Model):
    """From the first records to somebody's word that the data stand; at most one is under way."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ended_at"], nulls_distinct=False, name="first_load_once")]

    def __str__(self) -> str:
        return f"first load since {self.began_at:%Y-%m-%d}"

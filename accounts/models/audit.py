"""Who did what: reads of personal data, exports and changes made by people."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One act of one person; the user is kept as a name too, for when the login is gone."""

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    user_label = models.TextField()
    action = models.TextField()
    object = models.TextField(blank=True, default="")
    row_id = models.BigIntegerField(null=True, blank=True)
    detail = models.JSONField(default=dict)
    request_id = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["object", "row_id", "-at"], name="audit_row")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user_label} {self.action}"

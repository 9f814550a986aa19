"""What people let pass for a while, and how well each source keeps the rules."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Waiver(models.Model):
    """A rule of a stream that does not count until a moment: for one record, or for all where `key` is null."""

    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, related_name="waivers")
    key = models.TextField(null=True, blank=True)
    rule = models.TextField()
    reason = models.TextField()
    until = models.DateTimeField()
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    waived_at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["stream", "rule"], name="waiver_open", condition=models.Q(lifted_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.rule} of {self.key or 'all records'} until {self.until:%Y-%m-%d}"


class Quality(models.Model):
    """How many records of a stream kept one rule on one day, counted and weighed by their customers' revenue."""

    DIMENSIONS = ["completeness", "validity", "uniqueness", "consistency", "timeliness", "integrity"]

    stream = models.ForeignKey("syncengine.Stream", models.CASCADE, related_name="quality")
    rule = models.TextField()
    dimension = models.TextField(choices=[(d, d) for d in DIMENSIONS])
    sentence = models.TextField(blank=True, default="")
    day = models.DateField()
    measured_at = models.DateTimeField()
    checked = models.BigIntegerField()
    failed = models.BigIntegerField()
    weight = models.DecimalField(max_digits=24, decimal_places=2)
    failed_weight = models.DecimalField(max_digits=24, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "rule", "day"], name="quality_once_a_day")]
        indexes = [models.Index(fields=["day", "stream"], name="quality_day")]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.rule} {self.day}: {self.failed} of {self.checked}"

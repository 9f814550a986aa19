"""What is expected of coming months, kept with what it was made of, so that it can be held against what came."""

from __future__ import annotations

from django.db import models

from accounts.models import columns

KINDS = ["revenue", "cash", "units"]


class ForecastRun(models.Model):
    """One making of forecasts: when, by which version of the method, and how far earlier ones were off."""

    made_at = models.DateTimeField()
    made_date = models.DateField(db_index=True)
    version = models.IntegerField()
    errors = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.made_date}"


class Forecast(models.Model):
    """A number for a month with its range, what it was made of, and what came once the month is over; without a
    territory it is of the whole company."""

    run = models.ForeignKey(ForecastRun, models.CASCADE, related_name="rows", db_index=False)
    kind = models.TextField(choices=[(kind, kind) for kind in KINDS])
    product = models.ForeignKey("accounts.Product", models.CASCADE, null=True, blank=True, related_name="+")
    territory = models.ForeignKey("accounts.Territory", models.CASCADE, null=True, blank=True, related_name="+")
    month = models.DateField()
    low = columns.money()
    expected = columns.money()
    high = columns.money()
    method = models.TextField()
    parts = models.JSONField(default=dict)
    actual = columns.money()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "product", "territory", "month"], name="forecast_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="forecast_kind_known"),
        ]
        indexes = [models.Index(fields=["kind", "month"], name="forecast_month")]

    def __str__(self) -> str:
        return f"{self.kind} {self.month} {self.expected}"

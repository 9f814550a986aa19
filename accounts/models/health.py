"""How each customer is doing: the score of today, the days on which it moved, what people add, the formula.

Measured inputs, measure scores and contributions stand in arrays in the order of accounts.health.measures:
inputs and contributions in ten-thousandths, scores in hundredths, null where a measure has no data. Whole
numbers, so that contributions add up to the score exactly.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import columns

STATES = ["scored", "provisional", "none"]
BANDS = ["healthy", "watch", "risk"]


def points() -> models.DecimalField:
    """Points of a score, to the ten-thousandth."""
    return models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)


class HealthValues(models.Model):
    """What a computation of a customer's health gives; the row of today and those of past days share it."""

    profile = models.TextField()
    version = models.IntegerField()
    state = models.TextField(choices=[(state, state) for state in STATES])
    score = points()
    uncapped = points()
    coverage = models.SmallIntegerField()
    band = models.TextField(null=True, choices=[(band, band) for band in BANDS])
    raw_band = models.TextField(null=True)
    cap = models.SmallIntegerField(null=True)
    cap_reason = models.TextField(null=True)
    pulse = models.SmallIntegerField(default=0)
    inputs = ArrayField(models.BigIntegerField(null=True))
    scores = ArrayField(models.IntegerField(null=True))
    parts = ArrayField(models.IntegerField(null=True))
    stale = ArrayField(models.SmallIntegerField(), default=list)

    class Meta:
        abstract = True


def _known(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=models.Q(state__in=STATES), name=f"{name}_state_known"),
        models.CheckConstraint(
            condition=models.Q(band__in=BANDS) | models.Q(band__isnull=True), name=f"{name}_band_known"
        ),
        models.CheckConstraint(
            condition=models.Q(state="scored") | models.Q(band__isnull=True), name=f"{name}_band_scored"
        ),
    ]


class AccountHealth(HealthValues):
    """The health of a customer as last computed; `prior_` is how the day before ended."""

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="health")
    moved_30 = points()
    prior_score = points()
    prior_band = models.TextField(null=True)
    prior_raw_band = models.TextField(null=True)
    computed_date = models.DateField()

    class Meta(HealthValues.Meta):
        abstract = False
        constraints = _known("account_health")
        indexes = [
            models.Index(columns.or_zero("score"), "account", name="health_score"),
            models.Index(fields=["band", "account"], name="health_band", condition=models.Q(band__isnull=False)),
            models.Index(
                fields=["moved_30", "account"], name="health_moved", condition=models.Q(moved_30__isnull=False)
            ),
        ]


class HealthDay(HealthValues):
    """A day on which something of a customer's health changed; it holds until the next such day."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="health_days", db_index=False)
    day = models.DateField()
    reconstructed = models.BooleanField(default=False)

    class Meta(HealthValues.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["account", "day"], name="health_day_once"),
            *_known("health_day"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.score}"


class HealthVersion(models.Model):
    """The profiles as they were applied; a row never changes, a new set is a new row."""

    number = models.AutoField(primary_key=True)
    definition = models.JSONField()
    note = models.TextField(blank=True, default="")
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"version {self.number}"


class HealthPulse(models.Model):
    """Points somebody gives or takes by hand, with the reason, until they expire or are withdrawn."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="pulses")
    points = models.SmallIntegerField()
    reason = models.TextField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField()
    expires_date = models.DateField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(points__gte=-10, points__lte=10), name="health_pulse_within_ten"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="health_pulse_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d}: {self.reason}"


class HealthBacktest(models.Model):
    """What the score would have said in the past against what happened, as it was reckoned on a day."""

    run_at = models.DateTimeField()
    version = models.IntegerField()
    since = models.DateField()
    until = models.DateField()
    result = models.JSONField()

    def __str__(self) -> str:
        return f"{self.since} to {self.until}"

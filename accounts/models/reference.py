"""Tables that the policies fill: what figures and rules need of the company's own vocabulary, in typed rows."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import columns


class Tolerance(models.Model):
    """How far two figures may lie apart: a share in percent, an amount in base currency, or days."""

    name = models.TextField(primary_key=True)
    percent = columns.percent()
    amount = columns.money()
    days = models.IntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A part of the world that reports are grouped by; it holds territories."""

    code = models.TextField(primary_key=True)
    label = models.TextField()
    territories = ArrayField(models.TextField(), default=list)
    countries = ArrayField(models.CharField(max_length=2), default=list)

    def __str__(self) -> str:
        return self.label


class SalesStage(models.Model):
    """A step of a deal, with the words the sources have for it."""

    STATES = ["open", "won", "lost"]

    code = models.TextField(primary_key=True)
    label = models.TextField()
    place = models.SmallIntegerField()
    probability = columns.percent()
    state = models.TextField(choices=[(s, s) for s in STATES], default="open")
    words = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "won", "lost"]), name="sales_stage_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.label


class PaymentTerm(models.Model):
    """Terms of payment in days and discount, with the words the sources have for them."""

    code = models.TextField(primary_key=True)
    label = models.TextField()
    days = models.IntegerField()
    discount_days = models.IntegerField(null=True, blank=True)
    discount_percent = columns.percent()
    words = ArrayField(models.TextField(), default=list)

    def __str__(self) -> str:
        return self.label


class ProductMapping(models.Model):
    """A source's own number of a product, and the article number it stands for."""

    source = models.ForeignKey("accounts.Source", models.CASCADE, related_name="+")
    key = models.TextField()
    product_code = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="product_mapping_key")]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.key} = {self.product_code}"

"""Our own companies, and exchange rates with their dates."""

from __future__ import annotations

from django.db import models


class CurrencyRate(models.Model):
    """How much of the base currency one unit of a currency was worth from a day on."""

    currency = models.CharField(max_length=3)
    rate_date = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=9)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["currency", "rate_date"], name="currency_rate_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate_date} {self.rate}"


class LegalEntity(models.Model):
    """One of our own companies."""

    code = models.TextField(primary_key=True)
    label = models.TextField()
    country = models.CharField(max_length=2, blank=True, default="")
    currency = models.CharField(max_length=3, blank=True, default="")
    timezone = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.label

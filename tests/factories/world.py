"""Sources, rates and our own companies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from accounts import models

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = models.Source
        django_get_or_create = ("name",)

    name = "erp"
    label = factory.LazyAttribute(lambda source: source.name.upper())
    system = factory.SelfAttribute("name")
    record_url = factory.LazyAttribute(lambda source: f"https://{source.name}.example/{{object}}/{{key}}")


class SourceStateFactory(DjangoModelFactory):
    class Meta:
        model = models.SourceState

    source = factory.SubFactory(SourceFactory)
    stream = factory.Sequence(lambda n: f"stream{n}")
    object = "account"
    state = "ok"
    data_at = NOW


class CurrencyRateFactory(DjangoModelFactory):
    class Meta:
        model = models.CurrencyRate

    currency = "EUR"
    rate_date = date(2020, 1, 1)
    rate = Decimal(1)


class LegalEntityFactory(DjangoModelFactory):
    class Meta:
        model = models.LegalEntity
        django_get_or_create = ("code",)

    code = "DE01"
    label = "Concord Germany"
    country = "DE"
    currency = "EUR"

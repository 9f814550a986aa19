"""Reference tables as typed rows of accounts, where figures and pages read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounts.golden.days import fall_behind
from accounts.models import (
    CurrencyRate,
    LegalEntity,
    PaymentTerm,
    ProductMapping,
    Region,
    SalesStage,
    Source,
    Territory,
    Tolerance,
)
from syncengine.policies.company import Reference

# Our own currency is worth one since before any rate: figures find the base currency by this row.
BEFORE_ANY_RATE = date(1900, 1, 1)


def register_reference(reference: Reference) -> None:
    """Make the tables say what the policies say; what documents and grants name stays when no longer declared."""
    _register_rates(reference)
    _register_companies(reference)
    _register_words(reference)
    _register_products(reference)


def _register_rates(reference: Reference) -> None:
    rates = {(rate.currency, rate.date): rate.rate for rate in reference.rates}
    rates[reference.base_currency, BEFORE_ANY_RATE] = Decimal(1)
    told = {(currency, day, rate) for (currency, day), rate in rates.items()}
    known = set(CurrencyRate.objects.values_list("currency", "rate_date", "rate"))
    if told == known:
        return
    CurrencyRate.objects.all().delete()
    CurrencyRate.objects.bulk_create(
        [CurrencyRate(currency=currency, rate_date=day, rate=rate) for currency, day, rate in told]
    )
    fall_behind(sorted({currency for currency, *_ in told ^ known}))


def _register_companies(reference: Reference) -> None:
    for entity in reference.legal_entities:
        LegalEntity.objects.update_or_create(
            code=entity.code,
            defaults={
                "label": entity.label,
                "country": entity.country,
                "currency": entity.currency,
                "timezone": entity.timezone,
            },
        )
    # A territory or legal entity that is no longer declared stays: grants and documents name it.
    for territory in reference.territories:
        Territory.objects.update_or_create(
            code=territory.code,
            defaults={"label": territory.label, "countries": list(territory.countries)},
        )


def _register_words(reference: Reference) -> None:
    for model in (Region, SalesStage, PaymentTerm, Tolerance):
        model.objects.all().delete()
    Region.objects.bulk_create(
        Region(code=r.code, label=r.label, territories=list(r.territories), countries=list(r.countries))
        for r in reference.regions
    )
    SalesStage.objects.bulk_create(
        SalesStage(
            code=s.code, label=s.label, place=place, probability=s.probability, state=s.state, words=list(s.words)
        )
        for place, s in enumerate(reference.sales_stages, 1)
    )
    PaymentTerm.objects.bulk_create(
        PaymentTerm(
            code=t.code, label=t.label, days=t.days, discount_days=t.discount_days,
            discount_percent=t.discount_percent, words=list(t.words),
        )
        for t in reference.payment_terms
    )  # fmt: skip
    Tolerance.objects.bulk_create(
        Tolerance(name=t.name, percent=t.percent, amount=t.amount, days=t.days) for t in reference.tolerances
    )


def _register_products(reference: Reference) -> None:
    ids = dict(Source.objects.values_list("name", "id"))
    ProductMapping.objects.all().delete()
    ProductMapping.objects.bulk_create(
        ProductMapping(source_id=ids[entry.source], key=entry.key, product_code=entry.product_code)
        for entry in reference.product_mapping
        if entry.source in ids
    )

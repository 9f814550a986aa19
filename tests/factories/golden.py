"""Golden records with what hangs on them: crosswalk, lineage, summary, search row, identifiers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import factory
from django.db import connection
from factory.django import DjangoModelFactory

from accounts import models
from accounts.catalogue import load
from accounts.health.measures import NAMES
from tests.factories.people import TerritoryFactory
from tests.factories.world import NOW, TODAY, SourceFactory


class GoldenFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    source_ids = factory.LazyAttribute(lambda _: [SourceFactory().pk])
    record_count = 1
    created_at = NOW
    changed_at = NOW


class AccountFactory(GoldenFactory):
    class Meta:
        model = models.Account

    name = factory.Sequence(lambda n: f"Customer {n:04}")
    legal_name = factory.LazyAttribute(lambda account: f"{account.name} GmbH")
    trade_names = ["Trader"]
    customer_number = factory.Sequence(lambda n: f"C{n:05}")
    street = "Hauptstraße 1"
    city = "Köln"
    region = "NW"
    postcode = "50667"
    country = "DE"
    phone = "+49 221 12345617"
    email = "info@customer.example"
    website = "https://customer.example"
    industry = "Machinery"
    segment = "A"
    employees = 120
    tax_id = factory.Sequence(lambda n: f"DE{n:09}")
    registration_id = factory.Sequence(lambda n: f"HRB {n}")
    tax_region = "EU"
    status = "active"
    owner = "anna@concord.example"
    collector = "carl@concord.example"
    territory = "DACH"
    legal_entity = "DE01"
    currency = "EUR"
    payment_terms = "30 days"
    incoterm = "EXW"
    price_list = "Standard"
    credit_limit = Decimal("50000.0000")
    credit_currency = "EUR"
    credit_limit_set_by = "carl@concord.example"
    credit_limit_expires_date = TODAY
    temporary_limit = Decimal("1000.0000")
    insurer = "Allrisk"
    risk_class = "B"
    credit_hold = False
    credit_hold_reason = "none"
    credit_hold_since_date = TODAY
    tags = ["key"]
    customer_since_date = TODAY
    language = "de"
    duns = factory.Sequence(lambda n: f"{n:09}")
    sales_territory = factory.SubFactory(TerritoryFactory)


class AccountSummaryFactory(DjangoModelFactory):
    class Meta:
        model = models.AccountSummary

    account = factory.SubFactory(AccountFactory)
    name_key = factory.LazyAttribute(lambda summary: folded(summary.account.name or ""))
    country = factory.SelfAttribute("account.country")
    segment = factory.SelfAttribute("account.segment")
    status = factory.SelfAttribute("account.status")
    owner = factory.SelfAttribute("account.owner")
    sales_territory = factory.SelfAttribute("account.sales_territory")
    revenue_ttm = Decimal("1000.0000")
    open_pipeline = Decimal("200.0000")
    overdue_receivable = Decimal("30.0000")
    last_order_date = TODAY
    open_tickets = 2
    contact_count = 1
    computed_date = TODAY


class AccountMonthsFactory(DjangoModelFactory):
    class Meta:
        model = models.AccountMonths

    account = factory.SubFactory(AccountFactory)
    revenue_months = factory.LazyAttribute(lambda _: [Decimal("10.00")] * 24)
    months_to_date = TODAY


class AccountHealthFactory(DjangoModelFactory):
    class Meta:
        model = models.AccountHealth

    account = factory.SubFactory(AccountFactory)
    profile = "default"
    version = 1
    state = "scored"
    score = Decimal("80.0000")
    uncapped = Decimal("80.0000")
    coverage = 100
    band = "healthy"
    raw_band = "healthy"
    inputs = [0] * len(NAMES)
    scores = [8000] * len(NAMES)
    parts = [72_727] * len(NAMES)
    computed_date = TODAY


class AccountSearchFactory(DjangoModelFactory):
    class Meta:
        model = models.AccountSearch

    account = factory.SubFactory(AccountFactory)
    names = factory.LazyAttribute(lambda row: row.account.name)
    numbers = factory.LazyAttribute(lambda row: (row.account.customer_number or "").lower())

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **values: Any) -> models.AccountSearch:
        """Folded by the database, as publish does."""
        return models.AccountSearch.objects.create(names=folded(values.pop("names")), **values)


def folded(text: str) -> str:
    """The text as the database folds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold(%s)", [text])
        return str(cursor.fetchone()[0])


class ContactFactory(GoldenFactory):
    class Meta:
        model = models.Contact

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda n: f"Erika Person {n}")
    email = factory.Sequence(lambda n: f"erika{n}@customer.example")
    phone = "+49 221 99999917"
    mobile = "+49 170 99999917"
    job_title = "Head of purchasing"
    buying_role = "purchasing"
    language = "de"
    consent_email = True
    consent_phone = False
    consent_source = "web form"
    consent_date = TODAY
    bounced = False
    status = "active"


class AddressFactory(GoldenFactory):
    class Meta:
        model = models.Address

    account = factory.SubFactory(AccountFactory)
    kind = "shipping"
    name = "Warehouse"
    street = "Hafenweg 3"
    city = "Hamburg"
    region = "HH"
    postcode = "20457"
    country = "DE"


class ProductFactory(GoldenFactory):
    class Meta:
        model = models.Product

    name = factory.Sequence(lambda n: f"Pump {n}")
    product_code = factory.Sequence(lambda n: f"P-{n}")
    description = "A pump"
    unit = "pc"
    family = "Pumps"
    status = "active"
    list_price = Decimal("99.0000")
    currency = "EUR"
    unit_cost = Decimal("42.0000")
    lead_time = 14


class CrosswalkFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    source = factory.SubFactory(SourceFactory)
    key = factory.Sequence(lambda n: f"K{n}")
    linked_at = NOW


class AccountCrosswalkFactory(CrosswalkFactory):
    class Meta:
        model = models.AccountCrosswalk

    account = factory.SubFactory(AccountFactory)


class ContactCrosswalkFactory(CrosswalkFactory):
    class Meta:
        model = models.ContactCrosswalk

    contact = factory.SubFactory(ContactFactory)


class AddressCrosswalkFactory(CrosswalkFactory):
    class Meta:
        model = models.AddressCrosswalk

    address = factory.SubFactory(AddressFactory)


class ProductCrosswalkFactory(CrosswalkFactory):
    class Meta:
        model = models.ProductCrosswalk

    product = factory.SubFactory(ProductFactory)


class IdentifierFactory(DjangoModelFactory):
    class Meta:
        model = models.Identifier

    crosswalk = factory.SubFactory(AccountCrosswalkFactory)
    account = factory.SelfAttribute("crosswalk.account")
    scheme = "customer_number"
    value = factory.Sequence(lambda n: f"C{n:05}")


def _every_field(object: str) -> int:
    return max(field.code for field in load()[object].fields.values())


class LineageFactory(DjangoModelFactory):
    """One record that won every field as the only source."""

    class Meta:
        abstract = True

    sources = factory.LazyAttribute(lambda _: [SourceFactory().pk])
    keys = ["K1"]
    observed = [NOW]
    policy_version = 1


class AccountLineageFactory(LineageFactory):
    class Meta:
        model = models.AccountLineage

    account = factory.SubFactory(AccountFactory)
    winners = [1] * _every_field("account")
    rules = [1] * _every_field("account")


class ContactLineageFactory(LineageFactory):
    class Meta:
        model = models.ContactLineage

    contact = factory.SubFactory(ContactFactory)
    winners = [1] * _every_field("contact")
    rules = [1] * _every_field("contact")


class AddressLineageFactory(LineageFactory):
    class Meta:
        model = models.AddressLineage

    address = factory.SubFactory(AddressFactory)
    winners = [1] * _every_field("address")
    rules = [1] * _every_field("address")


class ProductLineageFactory(LineageFactory):
    class Meta:
        model = models.ProductLineage

    product = factory.SubFactory(ProductFactory)
    winners = [1] * _every_field("product")
    rules = [1] * _every_field("product")

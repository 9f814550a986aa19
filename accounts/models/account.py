"""The golden customer: one row a company, every value the survivor of its source records."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import columns
from accounts.models.source_row import one_of

ACCOUNT_STATUSES = ["prospect", "active", "dormant", "inactive", "blocked"]


class AccountValues(models.Model):
    """The fields of a customer as the catalogue lists them; golden and canonical rows share them."""

    name = columns.text()
    legal_name = columns.text()
    trade_names = columns.tags()
    customer_number = columns.text()
    street = columns.text()
    city = columns.text()
    region = columns.text()
    postcode = columns.text()
    country = columns.country()
    phone = columns.text()
    email = columns.text()
    website = columns.text()
    industry = columns.text()
    segment = columns.text()
    employees = columns.whole()
    tax_id = columns.text()
    registration_id = columns.text()
    tax_region = columns.text()
    status = columns.code("prospect", "active", "dormant", "inactive", "blocked")
    owner = columns.text()
    collector = columns.text()
    territory = columns.text()
    legal_entity = columns.text()
    currency = columns.currency()
    payment_terms = columns.text()
    incoterm = columns.text()
    price_list = columns.text()
    credit_limit = columns.money()
    credit_currency = columns.currency()
    credit_limit_set_by = columns.text()
    credit_limit_expires_date = columns.day()
    temporary_limit = columns.money()
    insurer = columns.text()
    risk_class = columns.text()
    credit_hold = columns.flag()
    credit_hold_reason = columns.text()
    credit_hold_since_date = columns.day()
    tags = columns.tags()
    customer_since_date = columns.day()
    language = columns.text()
    duns = columns.text()

    class Meta:
        abstract = True


class Account(AccountValues):
    """A customer company. A merged one stays as a row that points to its survivor."""

    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    sales_territory = models.ForeignKey(
        "accounts.Territory",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    source_ids = ArrayField(models.SmallIntegerField(), default=list)
    record_count = models.SmallIntegerField(default=0)
    disputed = ArrayField(models.SmallIntegerField(), default=list)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = one_of("account", status=ACCOUNT_STATUSES)
        indexes = [
            models.Index(columns.folded("name"), "id", name="account_name"),
            models.Index("sales_territory", columns.folded("name"), "id", name="account_territory_name"),
            models.Index(fields=["id"], name="account_disputed", condition=~models.Q(disputed=[])),
            models.Index(fields=["changed_at", "id"], name="account_changed"),
        ]

    def __str__(self) -> str:
        return self.name or self.legal_name or f"Customer {self.pk}"

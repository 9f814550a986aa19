"""Places of customers, merged from the addresses each system keeps."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import columns
from accounts.models.source_row import one_of


class AddressValues(models.Model):
    """The fields of an address as the catalogue lists them."""

    kind = columns.code("billing", "shipping", "office", "other")
    name = columns.text()
    street = columns.text()
    city = columns.text()
    region = columns.text()
    postcode = columns.text()
    country = columns.country()

    class Meta:
        abstract = True


class Address(AddressValues):
    """One place of one customer."""

    account = models.ForeignKey(
        "accounts.Account",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="addresses",
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    source_ids = ArrayField(models.SmallIntegerField(), default=list)
    record_count = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = one_of("address", kind=["billing", "shipping", "office", "other"])

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, self.postcode, self.city, self.country) if part)

"""Canonical records: what each source says of a customer, person, place or product, in typed columns.

The primary key is the crosswalk row, so a record is known by one number from landing to lineage. The
database does not check it: the row is made in the same transaction, and a million checks cost seven seconds.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models.account import AccountValues
from accounts.models.address import AddressValues
from accounts.models.contact import ContactValues
from accounts.models.product import ProductValues


class Canonical(models.Model):
    """Where a canonical record came from and how honest its clock is."""

    source_id = models.SmallIntegerField()
    stream_id = models.SmallIntegerField()
    key = models.TextField()
    source_version = models.TextField(null=True, blank=True)
    modified_at = models.DateTimeField(null=True, blank=True)
    observed_at = models.DateTimeField()
    live = models.BooleanField(default=True)
    published_at = models.DateTimeField(null=True, blank=True)
    # Codes of fields that broke a rule, and when each field changed (by code), where a source tells it.
    invalid = ArrayField(models.SmallIntegerField(), null=True, blank=True)
    clocks = ArrayField(models.DateTimeField(null=True), null=True, blank=True)

    class Meta:
        abstract = True


class CanonicalAccount(Canonical, AccountValues):
    """One source's view of a customer."""

    crosswalk = models.OneToOneField(
        "accounts.AccountCrosswalk",
        models.CASCADE,
        primary_key=True,
        related_name="+",
        db_constraint=False,
    )
    parent_key = models.TextField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["source_id", "parent_key"],
                name="canonical_parent",
                condition=models.Q(parent_key__isnull=False),
            ),
        ]


class CanonicalContact(Canonical, ContactValues):
    """One source's view of a person."""

    crosswalk = models.OneToOneField(
        "accounts.ContactCrosswalk",
        models.CASCADE,
        primary_key=True,
        related_name="+",
        db_constraint=False,
    )
    account_key = models.TextField(null=True, blank=True)
    account_ref = models.ForeignKey(
        "accounts.AccountCrosswalk", models.PROTECT, null=True, related_name="+", db_constraint=False
    )


class CanonicalAddress(Canonical, AddressValues):
    """One source's view of a place."""

    crosswalk = models.OneToOneField(
        "accounts.AddressCrosswalk",
        models.CASCADE,
        primary_key=True,
        related_name="+",
        db_constraint=False,
    )
    account_key = models.TextField(null=True, blank=True)
    account_ref = models.ForeignKey(
        "accounts.AccountCrosswalk", models.PROTECT, null=True, related_name="+", db_constraint=False
    )


class CanonicalProduct(Canonical, ProductValues):
    """One source's view of a product."""

    crosswalk = models.OneToOneField(
        "accounts.ProductCrosswalk",
        models.CASCADE,
        primary_key=True,
        related_name="+",
        db_constraint=False,
    )

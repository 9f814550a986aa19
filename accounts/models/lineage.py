"""Where each value of a golden record came from.

Compact on purpose: as rows it would be ninety million at ten million records. A record's members are
listed once (`sources`, `keys`, `observed`); `winners[field code]` is the 1-based position of the member
whose value stands, 0 where there is no value, -1 where a steward pinned it; `rules[field code]` is the
rule that chose. PostgreSQL arrays start at 1, so a field's code is its index.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Lineage(models.Model):
    """Members, and for each field of the catalogue which member won by which rule."""

    sources = ArrayField(models.SmallIntegerField())
    keys = ArrayField(models.TextField())
    observed = ArrayField(models.DateTimeField(null=True))
    winners = ArrayField(models.SmallIntegerField())
    rules = ArrayField(models.SmallIntegerField())
    policy_version = models.IntegerField()

    class Meta:
        abstract = True


class AccountLineage(Lineage):
    """Lineage of a customer."""

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="lineage")


class ContactLineage(Lineage):
    """Lineage of a contact."""

    contact = models.OneToOneField("accounts.Contact", models.CASCADE, primary_key=True, related_name="lineage")


class AddressLineage(Lineage):
    """Lineage of an address."""

    address = models.OneToOneField("accounts.Address", models.CASCADE, primary_key=True, related_name="lineage")


class ProductLineage(Lineage):
    """Lineage of a product."""

    product = models.OneToOneField("accounts.Product", models.CASCADE, primary_key=True, related_name="lineage")

"""Which source record belongs to which golden record: the one truth of membership.

A row exists from the moment a key is first heard of, be it only because an order named it, so that
documents can refer to a customer who has not arrived yet; its golden record is null until then.
"""

from __future__ import annotations

from django.db import models


class Crosswalk(models.Model):
    """(source, key) of a record, and since when it has belonged to its golden record."""

    # Sources are retired and never deleted; a check of each row would cost a first load more than its COPY.
    source = models.ForeignKey("accounts.Source", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    key = models.TextField()
    linked_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source_id}:{self.key}"


class AccountCrosswalk(Crosswalk):
    """A source's customer record and the customer it belongs to."""

    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="crosswalk")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="account_crosswalk_key")]


class ContactCrosswalk(Crosswalk):
    """A source's person record and the contact it belongs to."""

    contact = models.ForeignKey("accounts.Contact", models.PROTECT, null=True, related_name="crosswalk")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="contact_crosswalk_key")]


class AddressCrosswalk(Crosswalk):
    """A source's address record and the place it belongs to."""

    address = models.ForeignKey("accounts.Address", models.PROTECT, null=True, related_name="crosswalk")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="address_crosswalk_key")]


class ProductCrosswalk(Crosswalk):
    """A source's product record and the product it belongs to."""

    product = models.ForeignKey("accounts.Product", models.PROTECT, null=True, related_name="crosswalk")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="product_crosswalk_key")]

"""What we sell."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import columns
from accounts.models.source_row import one_of


class ProductValues(models.Model):
    """The fields of a product as the catalogue lists them."""

    name = columns.text()
    product_code = columns.text()
    description = columns.text()
    unit = columns.text()
    family = columns.text()
    status = columns.code("active", "phase_out", "inactive")
    list_price = columns.money()
    currency = columns.currency()
    unit_cost = columns.money()
    lead_time = columns.whole()

    class Meta:
        abstract = True


class Product(ProductValues):
    """A product; systems mean the same one where its product code is the same."""

    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    source_ids = ArrayField(models.SmallIntegerField(), default=list)
    record_count = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = one_of("product", status=["active", "phase_out", "inactive"])
        indexes = [models.Index(fields=["product_code"], name="product_code")]

    def __str__(self) -> str:
        return self.name or self.product_code or f"Product {self.pk}"

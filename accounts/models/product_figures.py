"""Figures of a product: what is there, what is promised, what is asked for, what sells and where."""

from __future__ import annotations

from django.db import models

from accounts.models import columns


class ProductFigures(models.Model):
    """One product over all warehouses, orders and deals, in units of sale unless it says money."""

    product = models.OneToOneField("accounts.Product", models.CASCADE, primary_key=True, related_name="figures")
    on_hand = columns.quantity()
    reserved = columns.quantity()
    available = columns.quantity()
    next_receipt_date = columns.day()
    ordered = columns.quantity()
    pipeline = columns.quantity()
    weighted_pipeline = columns.quantity()
    to_promise = columns.quantity()
    backordered = columns.quantity()
    backorder_value = columns.money()
    oldest_backorder_date = columns.day()
    sold_90d = columns.quantity()
    sold_ttm = columns.quantity()
    revenue_ttm = columns.money()
    last_sold_date = columns.day()
    stock_value = columns.money()
    days_of_stock = columns.percent()
    price_sources = models.IntegerField(default=0)
    price_low = columns.money()
    price_high = columns.money()
    price_gap = columns.percent()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.product_id)


class ProductCountry(models.Model):
    """What a product sold to one country in twelve months and the twelve before."""

    product = models.ForeignKey("accounts.Product", models.CASCADE, related_name="countries", db_index=False)
    country = columns.country()
    quantity_ttm = columns.quantity()
    quantity_previous = columns.quantity()
    revenue_ttm = columns.money()
    customers = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "country"], name="product_country_once")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.country}"

"""Rows published since a moment are found by block ranges: an index of a few pages that costs loading nothing."""

from __future__ import annotations

from django.db import migrations

TABLES = (
    "activity", "campaign", "campaignmember", "contract", "creditnote", "creditnoteline", "goodsreturn",
    "goodsreturnline", "insight", "invoice", "invoiceline", "lead", "opportunity", "opportunityline", "order",
    "orderline", "payment", "pricebook", "priceentry", "promise", "quote", "quoteline", "settlement", "shipment",
    "shipmentline", "stock", "ticket", "usage",
)
CREATE = "CREATE INDEX {0}_published ON accounts_{0} USING brin (published_at) WITH (pages_per_range = 32)"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_api_token")]

    operations = [
        migrations.RunSQL(CREATE.format(table), f"DROP INDEX {table}_published") for table in TABLES
    ]

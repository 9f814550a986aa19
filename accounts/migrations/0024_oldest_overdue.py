"""Health measures one thing more: arrays kept so far end with a place for it."""

from __future__ import annotations

from django.db import migrations

TABLES = ("accounts_accounthealth", "accounts_healthday")
COLUMNS = ("inputs", "scores", "parts")
LONGER = ", ".join(f"{name} = array_append({name}, NULL)" for name in COLUMNS)
SHORTER = ", ".join(f"{name} = trim_array({name}, 1)" for name in COLUMNS)


class Migration(migrations.Migration):
    """One statement a table."""

    dependencies = [("accounts", "0023_own_fields")]

    operations = [
        migrations.RunSQL(
            f"UPDATE {table} SET {LONGER} WHERE cardinality(inputs) = 11",
            f"UPDATE {table} SET {SHORTER} WHERE cardinality(inputs) = 12",
        )
        for table in TABLES
    ]

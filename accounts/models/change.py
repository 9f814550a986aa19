"""What golden records and documents were before each change, so that any past day can be shown.

One before-image a change and nothing at birth. The table is partitioned by month; its SQL stands in
the migration, since Django knows no partitions.
"""

from __future__ import annotations

from django.db import models

LINEAGE_CODE = 200  # lineage stands in the log under its object's code plus this


class Change(models.Model):
    """The state of one row until `changed_at`, with what caused the change."""

    pk = models.CompositePrimaryKey("changed_at", "id")
    id = models.BigIntegerField()
    changed_at = models.DateTimeField()
    object = models.SmallIntegerField()
    row_id = models.BigIntegerField()
    cause = models.TextField()
    policy_version = models.IntegerField()
    before = models.JSONField()

    class Meta:
        managed = False
        db_table = "accounts_change"

"""What the systems said: a narrow row a record, and its payload in a table apart."""

from __future__ import annotations

from django.db import models


class SourceRecord(models.Model):
    """The latest accepted state of one record of one stream; a tombstone once it is gone."""

    stream = models.ForeignKey(
        "syncengine.Stream", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    key = models.TextField()
    digest = models.UUIDField()
    source_version = models.TextField(null=True, blank=True)
    modified_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    run_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "key"], name="source_record_key")]

    def __str__(self) -> str:
        return f"{self.stream_id}:{self.key}"


class Payload(models.Model):
    """The text of one landed state; partitioned by month of landing, SQL in the migration."""

    pk = models.CompositePrimaryKey("landed_at", "record_id")
    record_id = models.BigIntegerField()
    landed_at = models.DateTimeField()
    body = models.TextField()

    class Meta:
        managed = False
        db_table = "syncengine_payload"


class Dirty(models.Model):
    """Something that has landed or been decided and waits for the publish lane.

    `record_id` is a crosswalk id for golden objects and a source record id for documents.
    """

    object = models.SmallIntegerField()
    record_id = models.BigIntegerField()
    stream_id = models.SmallIntegerField(null=True)
    cause = models.TextField()
    landed_at = models.DateTimeField()

"""Runs and streams as programs get them, and their part of the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from syncengine.models import Run
from syncengine.selectors.sync import StreamRow

LEDGER = (
    "read", "unchanged", "created", "updated", "tombstoned", "rejected", "held", "skipped", "superseded",
    "absent", "known_before", "known_after", "warned",
)  # fmt: skip
TEXT = serializers.CharField


class RunSerializer(serializers.Serializer[Any]):
    """A reading of a stream or a round of publishing, with its ledger."""

    id = TEXT()
    kind = TEXT()
    state = TEXT()
    source = TEXT(allow_null=True, help_text="Null for a round of publishing")  # type: ignore[assignment]
    stream = TEXT(allow_null=True)
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    policy_version = serializers.IntegerField(allow_null=True)
    ledger = serializers.DictField(child=serializers.IntegerField())
    balanced = serializers.BooleanField(help_text="Whether everything read is accounted for")
    message = TEXT()


class StreamSerializer(serializers.Serializer[Any]):
    """A stream of a source: its state, and the age of its data against its target, in seconds."""

    source = TEXT()  # type: ignore[assignment]  # the field of that name
    stream = TEXT()
    object = TEXT()
    state = TEXT()
    age = serializers.IntegerField(allow_null=True)
    target = serializers.IntegerField()
    rows = serializers.IntegerField()
    refused = serializers.IntegerField()
    message = TEXT()


def run_data(run: Run) -> dict[str, Any]:
    """A run with its ledger."""
    return {
        "id": str(run.pk),
        "kind": run.kind,
        "state": run.state,
        "source": run.stream.source.name if run.stream else None,
        "stream": run.stream.name if run.stream else None,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "policy_version": run.policy_version,
        "ledger": {name: getattr(run, name) for name in LEDGER},
        "balanced": run.balanced,
        "message": run.message,
    }


def stream_data(row: StreamRow) -> dict[str, Any]:
    """A stream with its freshness."""
    return {
        "source": row.stream.source.name,
        "stream": row.stream.name,
        "object": row.stream.object,
        "state": row.state,
        "age": int(row.age.total_seconds()) if row.age is not None else None,
        "target": int(row.target.total_seconds()),
        "rows": row.rows,
        "refused": row.open_refused,
        "message": row.message,
    }

"""What must be looked at again because the rules changed, though no source said anything new."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.catalogue import load
from accounts.frames import execute
from syncengine.models import SourceRecord, Stream
from syncengine.policies.differences import changed_survivorship, remapped_streams
from syncengine.policies.shapes import PolicySet

# No payload has this digest, so the next reading takes every row for a changed one.
UNKNOWN = UUID(int=0)


def renew(before: PolicySet, after: PolicySet, *, now: datetime) -> None:
    """Queue the golden records whose survivors may differ, and have changed streams read anew."""
    for name in changed_survivorship(before, after):
        spec = load()[name]
        execute(
            "INSERT INTO syncengine_dirty (object, record_id, stream_id, cause, landed_at) "
            f"SELECT %s, crosswalk_id, NULL, 'policy', %s FROM syncengine_canonical{spec.name}",
            [spec.code, now],
        )
    for source, stream in remapped_streams(before, after):
        found = Stream.objects.get(source__name=source, name=stream)
        SourceRecord.objects.filter(stream=found).update(digest=UNKNOWN)
        Stream.objects.filter(pk=found.pk).update(watermark=None, listed_at=None)

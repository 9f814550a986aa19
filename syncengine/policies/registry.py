"""What other rooms need of the policies as rows: sources, streams, schedules, reference tables."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Source, SourceState
from syncengine.models import Stream
from syncengine.policies.beat import apply_schedules
from syncengine.policies.reference_rows import register_reference
from syncengine.policies.shapes import PolicySet
from syncengine.policies.shapes import Source as DeclaredSource
from syncengine.policies.shapes import Stream as DeclaredStream


def register(policies: PolicySet, *, now: datetime) -> None:
    """Make sources, streams, beat's rows and reference tables say what the policies say."""
    for declared in policies.sources.values():
        _register_source(declared)
    _retire(policies, now)
    register_reference(policies.reference)
    apply_schedules(policies)


def _register_source(declared: DeclaredSource) -> None:
    source, _ = Source.objects.update_or_create(
        name=declared.name,
        defaults={
            "label": declared.label,
            "system": declared.system,
            "record_url": declared.record_url,
            "retired_at": None,
        },
    )
    for stream in declared.streams.values():
        _register_stream(source, stream)
    for name, copy in declared.copies.items():  # written, never read: what is kept there is not that system's word
        Stream.objects.update_or_create(
            source=source, name=name, defaults={"object": copy.stream.object, "active": False}
        )


def _register_stream(source: Source, declared: DeclaredStream) -> None:
    Stream.objects.update_or_create(
        source=source, name=declared.name, defaults={"object": declared.object, "active": True}
    )
    target = int(declared.freshness.total_seconds())
    state, is_new = SourceState.objects.get_or_create(
        source=source,
        stream=declared.name,
        defaults={"object": declared.object, "target_seconds": target},
    )
    if not is_new:
        state.object, state.target_seconds = declared.object, target
        state.state = "new" if state.state == "paused" else state.state
        state.save(update_fields=["object", "target_seconds", "state"])


def _retire(policies: PolicySet, now: datetime) -> None:
    """Streams and sources no longer declared keep their data and are read no more."""
    declared = {(s.name, name) for s in policies.sources.values() for name in s.streams}
    gone = [s for s in Stream.objects.select_related("source") if (s.source.name, s.name) not in declared]
    Stream.objects.filter(pk__in=[stream.pk for stream in gone]).update(active=False)
    for stream in gone:
        SourceState.objects.filter(source=stream.source, stream=stream.name).update(state="paused")
    Source.objects.filter(retired_at=None).exclude(name__in=policies.sources).update(retired_at=now)

"""What other rooms need of the policies as rows: sources, streams, schedules and reference tables."""

from __future__ import annotations

import json
from datetime import datetime

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks

from accounts.models import CurrencyRate, LegalEntity, Source, SourceState, Territory
from syncengine.models import Stream
from syncengine.policies.shapes import PolicySet, Reference, Schedule
from syncengine.policies.shapes import Source as DeclaredSource
from syncengine.policies.shapes import Stream as DeclaredStream

TASK = "syncengine.sync_stream"
QUEUE = "sync"
PREFIX = "stream: "


def register(policies: PolicySet, *, now: datetime) -> None:
    """Make sources, streams, beat's rows and reference tables say what the policies say."""
    for declared in policies.sources.values():
        _register_source(declared)
    _retire(policies, now)
    _register_reference(policies.reference)
    PeriodicTasks.update_changed()


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
        _register_stream(source, stream, declared.timezone)


def _register_stream(source: Source, declared: DeclaredStream, timezone: str) -> None:
    stream, _ = Stream.objects.update_or_create(
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
    _schedule(source.name, stream, declared.schedule, timezone)


def _schedule(source: str, stream: Stream, schedule: Schedule, timezone: str) -> None:
    PeriodicTask.objects.update_or_create(
        name=f"{PREFIX}{source}.{stream.name}",
        defaults={
            "task": TASK,
            "kwargs": json.dumps({"stream_id": stream.pk}),
            "queue": QUEUE,
            "enabled": True,
            **_when(schedule, timezone),
        },
    )


def _when(schedule: Schedule, timezone: str) -> dict[str, object]:
    if schedule.cron is None:
        seconds = int(schedule.every.total_seconds()) if schedule.every else 3600
        interval = {"every": seconds, "period": IntervalSchedule.SECONDS}
        return {"interval": IntervalSchedule.objects.get_or_create(**interval)[0], "crontab": None}
    names = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
    fields = dict(zip(names, schedule.cron.split(), strict=True))
    crontab, _ = CrontabSchedule.objects.get_or_create(**fields, timezone=timezone)
    return {"crontab": crontab, "interval": None}


def _retire(policies: PolicySet, now: datetime) -> None:
    """Streams and sources no longer declared keep their data and are read no more."""
    declared = {(s.name, name) for s in policies.sources.values() for name in s.streams}
    gone = [s for s in Stream.objects.select_related("source") if (s.source.name, s.name) not in declared]
    Stream.objects.filter(pk__in=[stream.pk for stream in gone]).update(active=False)
    for stream in gone:
        SourceState.objects.filter(source=stream.source, stream=stream.name).update(state="paused")
    Source.objects.filter(retired_at=None).exclude(name__in=policies.sources).update(retired_at=now)
    names = [f"{PREFIX}{source}.{stream}" for source, stream in declared]
    PeriodicTask.objects.filter(name__startswith=PREFIX).exclude(name__in=names).delete()


def _register_reference(reference: Reference) -> None:
    CurrencyRate.objects.all().delete()
    CurrencyRate.objects.bulk_create(
        [CurrencyRate(currency=r.currency, rate_date=r.date, rate=r.rate) for r in reference.rates]
    )
    for entity in reference.legal_entities:
        LegalEntity.objects.update_or_create(
            code=entity.code,
            defaults={"label": entity.label, "country": entity.country, "currency": entity.currency},
        )
    # A territory or legal entity that is no longer declared stays: grants and documents name it.
    for territory in reference.territories:
        Territory.objects.update_or_create(
            code=territory.code,
            defaults={"label": territory.label, "countries": list(territory.countries)},
        )

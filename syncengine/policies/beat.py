"""Streams' schedules as rows of beat: what the YAML says is what runs."""

from __future__ import annotations

import json

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks

from syncengine.models import Stream
from syncengine.policies.shapes import PolicySet, Schedule

TASK = "syncengine.sync_stream"


def apply_schedules(policies: PolicySet) -> None:
    """One periodic task a stream; those of streams no longer declared go."""
    kept = []
    for stream in Stream.objects.filter(active=True).select_related("source"):
        declared = policies.stream(stream.source.name, stream.name)
        name = f"read {stream.source.name}.{stream.name}"
        PeriodicTask.objects.update_or_create(
            name=name,
            defaults={
                "task": TASK,
                "queue": "sync",
                "kwargs": json.dumps({"stream_id": stream.pk}),
                "enabled": True,
                **_when(declared.schedule, declared.timezone),
            },
        )
        kept.append(name)
    PeriodicTask.objects.filter(task=TASK).exclude(name__in=kept).delete()
    PeriodicTasks.update_changed()


def _when(schedule: Schedule, timezone: str) -> dict[str, IntervalSchedule | CrontabSchedule | None]:
    if schedule.cron:
        names = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
        fields = dict(zip(names, schedule.cron.split(), strict=True))
        cron, _ = CrontabSchedule.objects.get_or_create(**fields, timezone=timezone)
        return {"crontab": cron, "interval": None}
    seconds = int(schedule.every.total_seconds()) if schedule.every else 3600
    interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    return {"interval": interval, "crontab": None}

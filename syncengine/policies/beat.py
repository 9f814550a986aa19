"""Streams' schedules as rows of beat: what the YAML says is what runs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

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


def next_readings(*, now: datetime) -> dict[int, datetime]:
    """When the clock sends each stream to be read next, by the stream's id; one query."""
    tasks = PeriodicTask.objects.filter(task=TASK, enabled=True).select_related("interval", "crontab")
    return {json.loads(task.kwargs)["stream_id"]: _next(task, now) for task in tasks}


def _next(task: PeriodicTask, now: datetime) -> datetime:
    last = task.last_run_at
    if task.interval is not None:
        return max(now, last + task.interval.schedule.run_every) if last else now
    return now + max(timedelta(0), task.crontab.schedule.remaining_estimate(last or now))


def _when(schedule: Schedule, timezone: str) -> dict[str, IntervalSchedule | CrontabSchedule | None]:
    if schedule.cron:
        names = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
        fields = dict(zip(names, schedule.cron.split(), strict=True))
        cron, _ = CrontabSchedule.objects.get_or_create(**fields, timezone=timezone)
        return {"crontab": cron, "interval": None}
    seconds = int(schedule.every.total_seconds()) if schedule.every else 3600
    interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    return {"interval": interval, "crontab": None}

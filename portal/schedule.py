"""The whole fixed beat table in one view; streams bring their own schedule, applied with their policies."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks

PREFIX = "fixed: "


@dataclass(frozen=True)
class Job:
    """A task that beat sends, every so many seconds or at the times of a cron text."""

    name: str
    task: str
    seconds: int = 0
    cron: str = ""
    only_demo: bool = False


JOBS = (
    Job("sweep the publish lane", "syncengine.sweep", seconds=30),
    Job("tell people what needs them", "syncengine.tell", seconds=60),
    Job("look at the age of data", "syncengine.look", seconds=900),
    Job("prove completeness", "syncengine.prove", cron="40 1 * * *"),
    Job("call webhooks", "syncengine.call_webhooks", seconds=15),
    Job("sweep the inbox of events", "syncengine.take_events", seconds=20),
    Job("sweep the outbox", "syncengine.send_outbox", seconds=20),
    Job("renew what moves with the day", "syncengine.daily", cron="5,35 * * * *"),  # midnight comes at half hours too
    Job("renew figures of products", "syncengine.renew_products", seconds=600),
    Job("renew figures of the company", "syncengine.renew_company", seconds=600),
    Job("renew figures of running the portal", "syncengine.renew_operation", seconds=3600),
    Job("order the stewards' queue", "syncengine.order_queue", seconds=300),
    Job("move the demo company on", "syncengine.demo_tick", seconds=600, only_demo=True),
)


@transaction.atomic
def install(*, has_demo: bool) -> None:
    """Make beat's rows of fixed jobs equal to the table above."""
    for job in JOBS:
        values = {"task": job.task, "enabled": has_demo or not job.only_demo, **_when(job)}
        PeriodicTask.objects.update_or_create(name=PREFIX + job.name, defaults=values)
    names = [PREFIX + job.name for job in JOBS]
    PeriodicTask.objects.filter(name__startswith=PREFIX).exclude(name__in=names).delete()
    PeriodicTasks.update_changed()


def _when(job: Job) -> dict[str, object]:
    if job.seconds:
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=job.seconds, period=IntervalSchedule.SECONDS
        )
        return {"interval": interval, "crontab": None}
    fields = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
    values = dict(zip(fields, job.cron.split(), strict=True))
    crontab, _ = CrontabSchedule.objects.get_or_create(**values, timezone=settings.TIME_ZONE)
    return {"crontab": crontab, "interval": None}

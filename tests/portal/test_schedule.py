"""Beat's rows equal the table in the code, however often it is installed."""

from __future__ import annotations

import pytest
from celery import current_app
from django_celery_beat.models import PeriodicTask

from portal import schedule


@pytest.mark.django_db
def test_install_makes_rows_equal_to_the_table() -> None:
    PeriodicTask.objects.all().delete()
    for _ in range(2):
        schedule.install(has_demo=False)

    rows = PeriodicTask.objects.order_by("id").values_list("name", "task", "enabled")
    assert list(rows) == [(f"fixed: {job.name}", job.task, not job.only_demo) for job in schedule.JOBS]


@pytest.mark.django_db
def test_install_removes_what_left_the_table_and_keeps_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    PeriodicTask.objects.all().delete()
    schedule.install(has_demo=True)
    stream = PeriodicTask.objects.create(name="crm.accounts", task="x", interval_id=_any_interval())
    monkeypatch.setattr(schedule, "JOBS", schedule.JOBS[:1])

    schedule.install(has_demo=True)

    kept = PeriodicTask.objects.order_by("id").values_list("name", flat=True)
    assert list(kept) == [f"fixed: {schedule.JOBS[0].name}", stream.name]


def test_every_job_names_a_task() -> None:
    current_app.loader.import_default_modules()

    assert [job.task for job in schedule.JOBS if job.task not in current_app.tasks] == []


def _any_interval() -> int:
    [first, *_] = PeriodicTask.objects.exclude(interval=None).values_list("interval_id", flat=True)
    return int(first)

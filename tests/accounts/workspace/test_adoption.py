"""Uses are counted by day and role in one statement, and processes add up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import UseCount
from accounts.workspace import adoption
from accounts.workspace.adoption import Tally, Used, list_uses
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_uses_are_written_together_and_processes_add_up(django_assert_num_queries):
    first, second = Tally(), Tally()
    for tally, times in ((first, 3), (second, 2)):
        for _ in range(times):
            tally.note(role="sales", kind="page", name="customers", now=NOW)
        tally.note(role="finance", kind="figure", name="exposure", now=NOW)
    assert UseCount.objects.count() == 0
    with django_assert_num_queries(2):
        first.write(now=NOW)
        second.write(now=NOW)
    assert list_uses(today=TODAY) == [
        Used("page", "customers", "sales", 5), Used("figure", "exposure", "finance", 2),
    ]  # fmt: skip


def test_a_minute_later_the_next_use_writes_what_was_gathered(monkeypatch):
    monkeypatch.setattr(adoption, "EVERY", timedelta(seconds=60))
    tally = Tally()
    tally.note(role="sales", kind="page", name="home", now=NOW)
    tally.note(role="sales", kind="page", name="home", now=NOW + timedelta(seconds=61))
    assert [(row.name, row.count) for row in UseCount.objects.all()] == [("home", 2)]
    assert tally.write(now=NOW) == 0


def test_old_uses_leave_the_window():
    tally = Tally()
    tally.note(role="sales", kind="page", name="home", now=NOW - timedelta(days=40))
    tally.write(now=NOW)
    assert list_uses(today=TODAY) == []

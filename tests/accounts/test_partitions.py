"""Partitions of a new month: made once, by whichever worker meets it first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from accounts.frames import execute, rows
from accounts.partitions import ensure_partitions

DAY = date(2031, 5, 7)
MADE = {f"{table}_2031_{month}" for table in ("accounts_change", "syncengine_payload") for month in ("05", "06")}


@pytest.mark.django_db(transaction=True)
def test_two_workers_meet_a_new_month_at_the_same_moment() -> None:
    start = Barrier(2)

    def meet(_: int) -> list[str]:
        try:
            rows("SELECT to_regclass('accounts_change_2031_05')")  # what a process has asked before, it may remember
            start.wait()
            return ensure_partitions(DAY)
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(2) as workers:
            made = [name for names in workers.map(meet, range(2)) for name in names]
        assert sorted(made) == sorted(MADE)
        attached = rows("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhrelid::regclass::text LIKE '%2031%'")
        assert {name for (name,) in attached} >= MADE  # their indexes are attached too
    finally:
        for name in MADE:
            execute(f"DROP TABLE IF EXISTS {name}")

"""What follows from published records, in order: each step renews the customers in the touched set.

A step is one module of `accounts`, works in sets on the temporary table that golden.touched keeps, inside
the transaction of whoever publishes, and gives the number of rows it changed. The publish lane and the
daily pass both call `renew`, so a figure has one way of coming about.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from time import perf_counter
from typing import Protocol

from accounts.alerts.watch import renew_alerts
from accounts.feed import note_changes
from accounts.golden.copies import settle_copies
from accounts.golden.days import each_day
from accounts.golden.summary import summarise
from accounts.health.renewal import renew_health
from accounts.quote_to_cash.step import renew_cash
from accounts.receivables.agreements import settle_promises


class Step(Protocol):
    """Renews the rows of touched customers as of a moment and its day; how many changed."""

    def __call__(self, *, at: datetime, today: date) -> int: ...


def _summary(*, at: datetime, today: date) -> int:
    return summarise(today=today)


# A later step may read what an earlier one wrote.
STEPS: dict[str, Step] = {
    "copies": settle_copies,  # first: what is a copy counts nowhere else
    "promises": settle_promises,
    "summary": _summary,
    "cash": renew_cash,
    "health": renew_health,
    "alerts": renew_alerts,
    "feed": note_changes,  # last: tells of what the others found
}


def renew(*, at: datetime, timed: Callable[[str, float], None] | None = None) -> dict[str, int]:
    """Rows changed by each step, in order, customers by the day it is where they are; `timed` is told the seconds."""
    changed = dict.fromkeys(STEPS, 0)
    for today in each_day(at):
        for name, step in STEPS.items():
            started = perf_counter()
            changed[name] += step(at=at, today=today)
            if timed:
                timed(name, perf_counter() - started)
    return changed

"""Which pages and figures are used by which role, counted by day; who it was is not kept.

Counts are gathered in the process and written in one statement now and then, so that looking at a page costs
no write; what a process had not written when it ended is lost, which a count of habits can bear.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from django.db.models import Sum

from accounts.frames import execute
from accounts.models import UseCount

EVERY = timedelta(seconds=60)
Use = tuple[date, str, str, str]
# Grain: one row a day, role, kind and name; counts of several processes add up.
WRITE = """
    INSERT INTO accounts_usecount (day, role, kind, name, count)
    SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::int[])
    ON CONFLICT (day, role, kind, name) DO UPDATE SET count = accounts_usecount.count + excluded.count"""


class Tally:
    """Counts of one process since they were last written."""

    def __init__(self) -> None:
        self.counts: Counter[Use] = Counter()
        self.written_at: datetime | None = None
        self.lock = Lock()

    def note(self, *, role: str, kind: str, name: str, now: datetime) -> None:
        """One more use; written with the others when the last writing is long enough ago."""
        with self.lock:
            self.counts[(now.date(), role, kind, name)] += 1
            self.written_at = self.written_at or now
            due = now - self.written_at >= EVERY
        if due:
            self.write(now=now)

    def write(self, *, now: datetime) -> int:
        """Everything gathered in one statement; how many rows."""
        with self.lock:
            taken, self.counts, self.written_at = self.counts, Counter(), now
        if not taken:
            return 0
        columns = [list(column) for column in zip(*sorted(taken), strict=True)]
        return execute(WRITE, [*columns, [taken[use] for use in sorted(taken)]])


TALLY = Tally()


@dataclass(frozen=True)
class Used:
    """How often a role used something in a window."""

    kind: str
    name: str
    role: str
    count: int


def list_uses(*, today: date, days: int = 30) -> list[Used]:
    """Uses of the window by kind, name and role, the most used first; one query."""
    rows = UseCount.objects.filter(day__gt=today - timedelta(days=days)).values("kind", "name", "role")
    found = rows.annotate(total=Sum("count")).order_by("-total", "kind", "name", "role")
    return [Used(row["kind"], row["name"], row["role"], row["total"]) for row in found]

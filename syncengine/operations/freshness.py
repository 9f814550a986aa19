"""The freshness promise: 95 % of the looks of 28 days find the data young enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.frames import execute, rows

WINDOW = timedelta(days=28)
EVERY = timedelta(minutes=15)
CHECKS = int(WINDOW / EVERY)
BUDGET = CHECKS * 5 // 100


@dataclass(frozen=True, slots=True)
class Budget:
    """How many looks found a stream's data too old, of how many."""

    checks: int
    late: int

    @property
    def left(self) -> float:
        """The share of the budget that is left; below 0 the promise is broken."""
        return (BUDGET - self.late) / BUDGET

    @property
    def kept(self) -> float | None:
        """The share of looks that found fresh data."""
        return 1 - self.late / self.checks if self.checks else None


def look(*, now: datetime) -> int:
    """One look at every stream in use; what is older than the window is forgotten."""
    execute("DELETE FROM syncengine_freshnesscheck WHERE checked_at < %s", [now - WINDOW])
    return execute(
        "INSERT INTO syncengine_freshnesscheck (stream_id, checked_at, fresh) SELECT t.id, %s, "
        "coalesce(s.data_at >= %s - make_interval(secs => s.target_seconds), false) FROM syncengine_stream t "
        "JOIN accounts_source c ON c.id = t.source_id AND c.retired_at IS NULL "
        "JOIN accounts_sourcestate s ON s.source_id = t.source_id AND s.stream = t.name "
        "WHERE t.active AND s.state <> 'paused' AND NOT EXISTS (SELECT FROM syncengine_freshnesscheck f "
        "WHERE f.stream_id = t.id AND f.checked_at > %s)",
        [now, now, now - EVERY / 2],
    )


def budgets(*, now: datetime) -> dict[int, Budget]:
    """Every stream's budget, by its id."""
    found = rows(
        "SELECT stream_id, count(*), count(*) FILTER (WHERE NOT fresh) FROM syncengine_freshnesscheck "
        "WHERE checked_at >= %s GROUP BY 1",
        [now - WINDOW],
    )
    return {int(stream): Budget(int(checks), int(late)) for stream, checks, late in found}

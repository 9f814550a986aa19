"""How good matching is, measured by what people answered: precision with exact bounds, agreement, the flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import comb

from accounts.frames import rows

CONFIDENCE = 0.95
UNPLANTED = "t.subject NOT LIKE 'planted %%'"
BANDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0001)


@dataclass(frozen=True, slots=True)
class Precision:
    """How often people said same, of so many answers; `least` holds with 95 percent confidence."""

    label: str
    right: int
    total: int

    @property
    def share(self) -> float:
        """The share of pairs that are the same customer."""
        return self.right / self.total if self.total else 0.0

    @property
    def least(self) -> float:
        """The one-sided lower bound of the share."""
        return lower_bound(self.right, self.total)


@dataclass(frozen=True, slots=True)
class Flow:
    """Tasks that came and went in some days, and how old what waits is."""

    opened: int
    answered: int
    settled: int
    waiting: int
    overdue: int
    median_age: timedelta | None
    oldest_age: timedelta | None
    on_time: float | None
    overturned: int
    minutes: float | None


def lower_bound(right: int, total: int, confidence: float = CONFIDENCE) -> float:
    """The exact (Clopper–Pearson) one-sided lower bound of a share: below it so many rights were too lucky."""
    if right == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):  # bisection: far beyond what a float tells apart
        middle = (low + high) / 2
        if _at_least(right, total, middle) < 1 - confidence:
            low = middle
        else:
            high = middle
    return low


def upper_error(errors: int, total: int, confidence: float = CONFIDENCE) -> float:
    """The most an error rate can be when so many errors were found in a sample."""
    return 1 - lower_bound(total - errors, total, confidence) if total else 1.0


def _at_least(right: int, total: int, share: float) -> float:
    """The chance of at least so many rights."""
    if total > 1_000:
        return _at_least_many(right, total, share)
    wrong = total - right
    return sum(comb(total, k) * share ** (total - k) * (1 - share) ** k for k in range(wrong + 1))


def _at_least_many(right: int, total: int, share: float) -> float:
    """The same term by term, without numbers too large for a float."""
    term = share**total
    found = term
    for k in range(1, total - right + 1):
        if share == 0:
            return 0.0
        term *= (total - k + 1) / k * (1 - share) / share
        found += term
    return found


def list_by_rule(*, since: datetime) -> list[Precision]:
    """Precision of the strongest reason of each answered duplicate."""
    found = rows(
        "SELECT t.rule, count(*) FILTER (WHERE t.outcome = 'same'), count(*) FROM syncengine_stewardtask t "
        "WHERE t.kind = 'duplicate' AND t.outcome IN ('same', 'different', 'related') AND t.closed_at >= %s "
        f"AND {UNPLANTED} "
        "GROUP BY 1 ORDER BY 3 DESC, 1",
        [since],
    )
    return [Precision(rule or "other", right, total) for rule, right, total in found]


def list_by_band(*, since: datetime) -> list[Precision]:
    """Precision of answered duplicates by the probability they were asked with: is a probability one?"""
    edges = ", ".join(f"({low}::float8, {high}::float8)" for low, high in pairwise(BANDS))
    found = rows(
        f"SELECT b.low, count(*) FILTER (WHERE t.outcome = 'same'), count(*) FROM (VALUES {edges}) b (low, high) "
        "JOIN syncengine_stewardtask t ON t.confidence >= b.low AND t.confidence < b.high "
        "WHERE t.kind = 'duplicate' AND t.outcome IN ('same', 'different', 'related') AND t.closed_at >= %s "
        f"AND {UNPLANTED} "
        "GROUP BY 1 ORDER BY 1 DESC",
        [since],
    )
    return [Precision(f"from {low:.0%}", right, total) for low, right, total in found]


def get_slice_precision(*, least: float, most: float, rule: str) -> Precision:
    """What people answered to tasks like those of a slice, ever."""
    right, total = rows(
        f"SELECT count(*) FILTER (WHERE outcome = 'same'), count(*) FROM syncengine_stewardtask t WHERE {UNPLANTED} "
        "AND kind = 'duplicate' AND outcome IN ('same', 'different', 'related') AND confidence BETWEEN %s AND %s "
        "AND (%s = '' OR rule = %s)",
        [least, most, rule, rule],
    )[0]
    return Precision("like these", right, total)


def get_agreement() -> Precision:
    """Of tasks two people judged without seeing each other, how often they said the same thing."""
    right, total = rows(
        "SELECT count(*) FILTER (WHERE n = 1), count(*) FROM (SELECT count(DISTINCT answer) AS n FROM ("
        "SELECT task_id, answer, given_by_id FROM syncengine_opinion WHERE answer <> 'unsure' UNION "
        "SELECT t.id, t.outcome, t.closed_by_id FROM syncengine_stewardtask t WHERE t.outcome IN ('same', 'different') "
        "AND EXISTS (SELECT FROM syncengine_opinion o WHERE o.task_id = t.id AND o.answer <> 'unsure')) x "
        "GROUP BY task_id HAVING count(DISTINCT given_by_id) > 1) y"
    )[0]
    return Precision("two people", right, total)


def get_planted() -> Precision:
    """Of planted pairs that were answered, how many got their true answer."""
    right, total = rows(
        "SELECT count(*) FILTER (WHERE t.outcome = p.truth), count(*) FROM syncengine_plantedpair p "
        "JOIN syncengine_stewardtask t ON t.id = p.task_id WHERE t.outcome IN ('same', 'different')"
    )[0]
    return Precision("planted", right, total)


def list_labelled() -> list[Precision]:
    """How the scores stored today do on the pairs people have judged: precision, and recall without and with people.

    The judged are mostly the doubtful ones, so the figures are harder than those over all pairs would be.
    """
    merged, accepted, found, same = rows(
        "WITH told AS (SELECT least(l, r) AS a, greatest(l, r) AS b, bool_and(d.kind = 'same') AS same "
        "FROM syncengine_decision d, unnest(d.records_l) l, unnest(d.records_r) r WHERE d.closed_at IS NULL "
        "AND NOT d.pending AND d.kind IN ('same', 'different', 'related') AND l <> r GROUP BY 1, 2 "
        "HAVING count(DISTINCT d.kind = 'same') = 1) "
        "SELECT count(*) FILTER (WHERE t.same AND p.tier < 3), count(*) FILTER (WHERE p.tier < 3), "
        "count(*) FILTER (WHERE t.same AND p.tier IS NOT NULL), count(*) FILTER (WHERE t.same) "
        "FROM told t LEFT JOIN syncengine_matchpair p ON p.record_l = t.a AND p.record_r = t.b"
    )[0]
    return [
        Precision("merged by themselves, rightly", merged, accepted),
        Precision("the same, merged by themselves", merged, same),
        Precision("the same, merged or asked", found, same),
    ]


def get_flow(*, now: datetime, days: int = 30) -> Flow:
    """What came and went, and what waits."""
    since = now - timedelta(days=days)
    row = rows(
        "SELECT count(*) FILTER (WHERE opened_at >= %(since)s), "
        "count(*) FILTER (WHERE state = 'done' AND closed_at >= %(since)s), "
        "count(*) FILTER (WHERE state = 'obsolete' AND closed_at >= %(since)s), "
        "count(*) FILTER (WHERE state = 'open'), "
        "count(*) FILTER (WHERE state = 'open' AND due_at < %(now)s), "
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(now)s - opened_at) FILTER (WHERE state = 'open'), "
        "max(%(now)s - opened_at) FILTER (WHERE state = 'open'), "
        "avg((closed_at <= due_at)::int) FILTER (WHERE state = 'done' AND closed_at >= %(since)s)::float8 "
        "FROM syncengine_stewardtask",
        {"since": since, "now": now},
    )[0]
    overturned = rows("SELECT count(*) FROM syncengine_decision WHERE closed_at >= %s AND kind <> 'unsure'", [since])[
        0
    ][0]
    # The time between two answers of one person, where they worked on.
    minutes = rows(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM gap) / 60) FROM ("
        "SELECT closed_at - lag(closed_at) OVER (PARTITION BY closed_by_id ORDER BY closed_at) AS gap "
        "FROM syncengine_stewardtask WHERE state = 'done' AND closed_at >= %s) g WHERE gap < interval '15 minutes'",
        [since],
    )[0][0]
    return Flow(*(*row, overturned, minutes))


def list_days(*, now: datetime, days: int = 30) -> Sequence[tuple[datetime, int, int]]:
    """(day, tasks opened, tasks answered or settled) of the last days."""
    return rows(
        "SELECT d::date, count(t.id) FILTER (WHERE t.opened_at::date = d::date), "
        "count(t.id) FILTER (WHERE t.closed_at::date = d::date) FROM generate_series(%(from)s::date, %(to)s::date, "
        "interval '1 day') d LEFT JOIN syncengine_stewardtask t ON t.opened_at::date = d::date OR "
        "t.closed_at::date = d::date GROUP BY 1 ORDER BY 1",
        {"from": now - timedelta(days=days - 1), "to": now},
    )

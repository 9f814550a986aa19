"""What running the portal is measured by, kept by day beside the figures of the company.

Each statement gives the value and what it was made of; what nothing is known of has no value. All but the quality of
sources ask the runs and checks of a window, so that an hour between two tellings is often enough.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts import models
from accounts.catalogue import load
from accounts.frames import rows
from accounts.quote_to_cash.company import Told
from accounts.quote_to_cash.kept import keep_figures

DOCUMENTS = [getattr(models, spec.model)._meta.db_table for spec in load() if spec.kind == "document"]
# Grain: one share, as (top, bottom).
RUNS = """
    SELECT count(*) FILTER (WHERE state = 'succeeded'), count(*), sum(rejected), sum(read) FROM syncengine_run
    WHERE stream_id IS NOT NULL AND started_at > %(at)s - interval '7 days' AND started_at <= %(at)s
        AND state IN ('succeeded', 'failed', 'stopped')"""
FRESH = """
    SELECT count(*) FILTER (WHERE s.data_at >= %(at)s - make_interval(secs => s.target_seconds)), count(*)
    FROM syncengine_stream t JOIN accounts_source c ON c.id = t.source_id AND c.retired_at IS NULL
    JOIN accounts_sourcestate s ON s.source_id = t.source_id AND s.stream = t.name
    WHERE t.active AND s.state <> 'paused'"""
FILLED = """
    SELECT count(name) + count(country) + count(tax_id) + count(owner) + count(segment), 5 * count(*)
    FROM accounts_account WHERE merged_into_id IS NULL AND record_count > 0"""
DUPLICATES = "SELECT count(*) FROM syncengine_stewardtask WHERE kind = 'duplicate' AND state = 'open'"
# Grain of begun: one source with the moment it was first read: what it says of the days before is history, not late.
LATENCY = f"""
    WITH begun AS (
        SELECT t.source_id, min(r.started_at) AS at FROM syncengine_run r JOIN syncengine_stream t ON t.id = r.stream_id
        GROUP BY 1
    ), change AS ({" UNION ALL ".join(
        f"SELECT source_id, modified_at, published_at FROM {table} "
        "WHERE published_at > %(at)s - interval '1 day' AND published_at <= %(at)s" for table in DOCUMENTS)}
    )
    SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
        ORDER BY extract(epoch FROM c.published_at - c.modified_at) / 60), count(*)
    FROM change c JOIN begun b USING (source_id) WHERE c.modified_at BETWEEN b.at AND c.published_at"""
# Grain: one failure, be it of several runs in a row: when it began, when an alert told of it, when a run was good.
FAILURES = """
    WITH run AS (
        SELECT r.stream_id, t.source_id, t.name, r.started_at, r.finished_at, r.state,
            lag(r.state) OVER (PARTITION BY r.stream_id ORDER BY r.started_at, r.id) AS before
        FROM syncengine_run r JOIN syncengine_stream t ON t.id = r.stream_id
        WHERE r.started_at > %(at)s - interval '90 days' AND r.state IN ('succeeded', 'failed')
    ), failure AS (
        SELECT f.*, (SELECT min(n.finished_at) FROM run n WHERE n.stream_id = f.stream_id AND n.state = 'succeeded'
            AND n.started_at > f.started_at) AS good_at
        FROM run f WHERE f.state = 'failed' AND f.before IS DISTINCT FROM 'failed'
    ), told AS (
        SELECT f.*, (SELECT min(a.opened_at) FROM accounts_alert a WHERE a.source_id = f.source_id
            AND a.rule IN ('failed_calls', 'late_data', 'success_drop') AND a.subject IN ('', f.name)
            AND a.opened_at BETWEEN f.finished_at AND coalesce(f.good_at, %(at)s)) AS told_at
        FROM failure f
    )
    SELECT avg(extract(epoch FROM told_at - finished_at) / 60), count(told_at),
        avg(extract(epoch FROM good_at - finished_at) / 60), count(good_at) FROM told"""
# Grain: one dimension, over each stream's latest measured day.
QUALITY = """
    SELECT q.dimension, sum(q.weight) - sum(q.failed_weight), sum(q.weight) FROM syncengine_quality q
    JOIN (SELECT stream_id, max(day) AS day FROM syncengine_quality WHERE day BETWEEN %(today)s::date - 2 AND %(today)s
        GROUP BY 1) latest USING (stream_id, day)
    JOIN syncengine_stream t ON t.id = q.stream_id AND t.active
    JOIN accounts_source c ON c.id = t.source_id AND c.retired_at IS NULL GROUP BY 1"""


def renew_operation(*, at: datetime, today: date) -> int:
    """Tell every figure of running the portal again; how many."""
    return keep_figures(tell_operation(at=at, today=today), at=at, today=today)


def tell_operation(*, at: datetime, today: date) -> dict[str, Told]:
    """Each figure of running the portal by its name."""
    params: dict[str, Any] = {"at": at, "today": today}
    good, ended, refused, read = rows(RUNS, params)[0]
    detect, detected, recover, recovered = rows(FAILURES, params)[0]
    middle, published = rows(LATENCY, params)[0]
    return {
        "call_success_rate": _share(good, ended),
        "error_rate": _share(refused, read),
        "freshness": _share(*rows(FRESH, params)[0]),
        "completeness": _share(*rows(FILLED, params)[0]),
        "duplicate_count": Told(Decimal(rows(DUPLICATES, params)[0][0])),
        "sync_latency": _minutes(middle and middle[0], published, p95=middle and str(round(middle[1], 1))),
        "time_to_detect": _minutes(detect, detected),
        "time_to_recover": _minutes(recover, recovered),
    } | {f"quality_{name}": _share(top, bottom) for name, top, bottom in rows(QUALITY, params)}


def _share(top: Any, bottom: Any) -> Told:
    """A percentage with both its parts."""
    above, below = Decimal(top or 0), Decimal(bottom or 0)
    return Told(above * 100 / below if below else None, {"top": str(above), "bottom": str(below)})


def _minutes(value: Any, count: int, **facts: Any) -> Told:
    return Told(None if value is None else Decimal(str(value)), {"count": count} | facts)

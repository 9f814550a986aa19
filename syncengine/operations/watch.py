"""What operators are told: success rates that fall, schemas that drift, duplicates that rise, quality that falls."""

from __future__ import annotations

from datetime import datetime

from accounts.alerts.raising import raise_alerts
from accounts.alerts.versions import rules_in_force

# Grain: one row a source whose runs succeed less often than they did.
SUCCESS = """
    SELECT NULL::bigint AS account_id, x.source_id, '' AS subject, x.recent AS value,
        jsonb_build_object('rate', round(x.recent), 'before', round(x.before), 'hours', 24) AS facts
    FROM (SELECT t.source_id,
            100.0 * count(*) FILTER (WHERE r.state = 'succeeded' AND r.started_at > %(at)s - interval '1 day')
                / nullif(count(*) FILTER (WHERE r.started_at > %(at)s - interval '1 day'), 0) AS recent,
            100.0 * count(*) FILTER (WHERE r.state = 'succeeded' AND r.started_at <= %(at)s - interval '1 day')
                / nullif(count(*) FILTER (WHERE r.started_at <= %(at)s - interval '1 day'), 0) AS before
        FROM syncengine_run r JOIN syncengine_stream t ON t.id = r.stream_id
        WHERE r.started_at > %(at)s - interval '8 days' AND r.state <> 'running' GROUP BY 1) x
    WHERE x.before - x.recent >= %(fall)s"""
DRIFT = """
    SELECT NULL::bigint AS account_id, t.source_id, t.name AS subject, count(*)::numeric AS value,
        jsonb_build_object('stream', c.label || ' ' || t.name,
            'what', string_agg(coalesce(nullif(d.column, '') || ' ', '') || CASE d.kind
                WHEN 'values' THEN 'has new values' WHEN 'nulls' THEN 'is emptier than before'
                WHEN 'volume' THEN 'unusual number of rows' WHEN 'renamed' THEN 'is probably renamed to ' || d.now
                ELSE d.kind END, ', ' ORDER BY d.column)) AS facts
    FROM syncengine_schemadrift d JOIN syncengine_stream t ON t.id = d.stream_id
    JOIN accounts_source c ON c.id = t.source_id WHERE d.state IN ('open', 'blocked') GROUP BY 2, 3, c.label, t.name"""
DUPLICATES = """
    SELECT NULL::bigint AS account_id, NULL::smallint AS source_id, '' AS subject, x.now::numeric AS value,
        jsonb_build_object('count', x.now, 'before', x.before) AS facts
    FROM (SELECT count(*) FILTER (WHERE state = 'open') AS now,
            count(*) FILTER (WHERE opened_at <= %(at)s - interval '7 days'
                AND (closed_at IS NULL OR closed_at > %(at)s - interval '7 days')) AS before
        FROM syncengine_stewardtask WHERE kind = 'duplicate') x
    WHERE x.now >= %(least)s AND x.before > 0 AND x.now >= x.before * (1 + %(rise)s / 100.0)"""

# Grain: one row a source whose score of the last measured day is below the best of the seven days before it. The score
# is the mean of the dimensions, each the share of weight that passes, as the quality page has it.
QUALITY = """
    WITH dimension AS (
        SELECT t.source_id, q.day, q.dimension, 1 - sum(q.failed_weight) / nullif(sum(q.weight), 0) AS passed
        FROM syncengine_quality q JOIN syncengine_stream t ON t.id = q.stream_id AND t.active
        JOIN accounts_source c ON c.id = t.source_id AND c.retired_at IS NULL
        WHERE q.day > %(at)s::date - 8 GROUP BY 1, 2, 3
    ), score AS (
        SELECT source_id, day, round(100 * avg(coalesce(passed, 1)), 1) AS score FROM dimension GROUP BY 1, 2
    ), latest AS (
        SELECT DISTINCT ON (source_id) source_id, day, score FROM score ORDER BY source_id, day DESC
    )
    SELECT NULL::bigint AS account_id, l.source_id, '' AS subject, l.score AS value,
        jsonb_build_object('score', l.score, 'before', b.best) AS facts
    FROM latest l CROSS JOIN LATERAL (SELECT max(s.score) AS best FROM score s
        WHERE s.source_id = l.source_id AND s.day < l.day) b
    WHERE b.best - l.score >= %(fall)s"""


def watch_operations(*, at: datetime) -> int:
    """Bring the alerts about operations to what the rows say; how many changed."""
    rules = rules_in_force().rules
    fall = rules["success_drop"].settings.get("fall", 10)
    falling = rules["quality_falling"].settings.get("fall", 5)
    duplicates = rules["duplicates_rising"].settings
    told = {"at": at, "least": duplicates.get("least", 20), "rise": duplicates.get("rise_percent", 50)}
    return (
        raise_alerts("success_drop", SUCCESS, {"at": at, "fall": fall}, at=at).changed
        + raise_alerts("drift", DRIFT, {}, at=at).changed
        + raise_alerts("duplicates_rising", DUPLICATES, told, at=at).changed
        + raise_alerts("quality_falling", QUALITY, {"at": at, "fall": falling}, at=at).changed
    )

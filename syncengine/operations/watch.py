"""What operators are told: success rates that fall, schemas that drift, duplicates that rise, quality that falls."""

from __future__ import annotations

from datetime import datetime

from accounts.alerts.raising import raise_alerts
from accounts.alerts.rules import alert_rules

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
            'what', string_agg(d.column || ' ' || d.kind, ', ' ORDER BY d.column)) AS facts
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


def watch_operations(*, at: datetime) -> int:
    """Bring the alerts about operations to what the rows say; how many changed."""
    rules = alert_rules().rules
    fall = rules["success_drop"].settings.get("fall", 10)
    duplicates = rules["duplicates_rising"].settings
    told = {"at": at, "least": duplicates.get("least", 20), "rise": duplicates.get("rise_percent", 50)}
    return (
        raise_alerts("success_drop", SUCCESS, {"at": at, "fall": fall}, at=at).changed
        + raise_alerts("drift", DRIFT, {}, at=at).changed
        + raise_alerts("duplicates_rising", DUPLICATES, told, at=at).changed
    )

"""When rules are looked at: for touched customers by each publish and each day, for sources by the sweeper."""

from __future__ import annotations

from datetime import date, datetime

from accounts.alerts.conditions import CONDITIONS, statement
from accounts.alerts.raising import BROKEN, mute_waiting, raise_alerts
from accounts.alerts.versions import rules_in_force
from accounts.frames import execute
from accounts.loading import is_loading
from accounts.models.alert import Alert
from accounts.quote_to_cash.kept import active_customers

# Grain: one row a stream of a source in use.
LATE = """
    SELECT NULL::bigint AS account_id, s.source_id, s.stream AS subject,
        extract(epoch FROM %(at)s - s.data_at)::numeric AS value,
        jsonb_build_object('stream', c.label || ' ' || s.stream,
            'age', CASE WHEN %(at)s - s.data_at > interval '2 days'
                THEN (extract(epoch FROM %(at)s - s.data_at)::bigint / 86400) || ' days'
                ELSE (extract(epoch FROM %(at)s - s.data_at)::bigint / 3600) || ' hours' END,
            'target', CASE WHEN s.target_seconds >= 7200 THEN s.target_seconds / 3600 || ' hours'
                ELSE s.target_seconds / 60 || ' minutes' END) AS facts
    FROM accounts_sourcestate s JOIN accounts_source c ON c.id = s.source_id
    WHERE c.retired_at IS NULL AND s.state NOT IN ('paused', 'error', 'action')
        AND s.data_at < %(at)s - make_interval(secs => 2 * s.target_seconds)"""
FAILED = """
    SELECT NULL::bigint AS account_id, s.source_id, s.stream AS subject, NULL::numeric AS value,
        jsonb_build_object('stream', c.label || ' ' || s.stream,
            'message', coalesce(nullif(s.message, ''), 'in error')) AS facts
    FROM accounts_sourcestate s JOIN accounts_source c ON c.id = s.source_id
    WHERE c.retired_at IS NULL AND s.state = ANY(%(broken)s)"""

# Customers already alerting this week cost nothing more; of the new ones the gravest and most valuable come first.
OVER_BUDGET = """
    WITH told AS (
        SELECT DISTINCT account_id FROM accounts_alert
        WHERE opened_at > %(at)s - interval '7 days' AND opened_at < %(at)s AND account_id IS NOT NULL
            AND NOT held_back
    ), budget AS (
        SELECT ceil(%(customers)s * %(percent)s / 100.0) - (SELECT count(*) FROM told) AS places
    ), fresh AS (
        SELECT account_id, row_number() OVER (ORDER BY min(array_position(ARRAY['bad', 'warn', 'info'], severity)),
            max(value) DESC NULLS LAST, account_id) AS place
        FROM accounts_alert WHERE opened_at = %(at)s AND account_id IS NOT NULL
            AND account_id NOT IN (SELECT account_id FROM told) GROUP BY 1
    )
    UPDATE accounts_alert a SET held_back = true FROM fresh f, budget b
    WHERE a.account_id = f.account_id AND a.opened_at = %(at)s AND f.place > greatest(b.places, 0)"""


def renew_alerts(*, at: datetime, today: date) -> int:
    """Bring the alerts of touched customers to what their documents say; how many changed. None in a first load."""
    if is_loading():
        return 0
    known = rules_in_force()
    changed = sum(
        raise_alerts(
            name, statement(known.rules[name]), {"today": today}, at=at, touched_only=True, known=known
        ).changed
        for name in CONDITIONS
    )  # fmt: skip
    return changed + hold_back(at=at)


def watch_sources(*, at: datetime) -> int:
    """Bring alerts about sources to what their states say, and mute what waits for them; how many changed."""
    late = raise_alerts("late_data", LATE, {"at": at}, at=at).changed
    failed = raise_alerts("failed_calls", FAILED, {"broken": list(BROKEN)}, at=at).changed
    return late + failed + mute_waiting()


def hold_back(*, at: datetime) -> int:
    """Mark customers' alerts of this moment that go over the week's budget: they stay in the portal, unsent."""
    if not Alert.objects.filter(opened_at=at, account__isnull=False).exists():
        return 0
    percent = rules_in_force().budget_percent
    return execute(OVER_BUDGET, {"at": at, "percent": percent, "customers": active_customers()})

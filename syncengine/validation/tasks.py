"""Held records as questions for stewards: opened once, closed when the record is settled."""

from __future__ import annotations

from datetime import datetime

from accounts.frames import execute


def open_held(stream_id: int, *, now: datetime) -> int:
    """A task for every held record of a stream that has none yet; how many were opened."""
    return execute(
        "INSERT INTO syncengine_stewardtask (kind, subject, state, account_id, records, reason, evidence, "
        "evidence_digest, value_at_stake, dead_letter_id, opened_at, due_at, outcome) "
        "SELECT 'validation', 'record ' || d.stream_id || ' ' || coalesce(d.key, d.id::text), 'open', x.account_id, "
        "CASE WHEN x.id IS NULL THEN '{}'::bigint[] ELSE ARRAY[x.id] END, d.reason, '{}', d.fingerprint, "
        "coalesce(s.revenue_ttm, 0) + coalesce(s.open_receivable, 0), d.id, "
        "%s, %s::timestamptz + interval '2 days', '' "
        "FROM (SELECT DISTINCT ON (key) * FROM syncengine_deadletter "
        "WHERE stream_id = %s AND state = 'open' AND severity = 'hold' ORDER BY key, id DESC) d "
        "JOIN syncengine_stream t ON t.id = d.stream_id "
        "LEFT JOIN accounts_accountcrosswalk x ON t.object = 'account' AND x.source_id = t.source_id AND x.key = d.key "
        "LEFT JOIN accounts_accountsummary s ON s.account_id = x.account_id "
        "ON CONFLICT DO NOTHING",
        [now, now, stream_id],
    )


def close_settled(stream_id: int, *, now: datetime) -> int:
    """Close the tasks of records that nothing holds any more."""
    return execute(
        "UPDATE syncengine_stewardtask t SET state = 'obsolete', closed_at = %s, outcome = 'settled by itself' "
        "FROM syncengine_deadletter d WHERE t.kind = 'validation' AND t.state = 'open' AND d.id = t.dead_letter_id "
        "AND d.stream_id = %s AND d.state <> 'open' "
        "AND NOT EXISTS (SELECT FROM syncengine_deadletter o WHERE o.stream_id = d.stream_id AND o.key = d.key "
        "AND o.state = 'open' AND o.severity = 'hold')",
        [now, stream_id],
    )

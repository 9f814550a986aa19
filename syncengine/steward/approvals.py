"""Cards of the queue for what waits for somebody's word: changes of values, writes to systems, policies."""

from __future__ import annotations

import json
from datetime import datetime

from accounts.frames import execute
from syncengine.steward.deadlines import due_times
from syncengine.steward.worth import renew_priorities

ASKED = ("change", "policy")
# An order that is to be made waits until somebody has looked; what an invoice is printed from, until the day after.
URGENCY = (
    "CASE WHEN r.detail->>'create' = 'true' THEN 'blocking' WHEN 'finance' = ANY(r.approvers) THEN 'billing' "
    "ELSE 'other' END"
)
STAKE = "coalesce(s.revenue_ttm, 0) + coalesce(s.open_receivable, 0)"


def renew_requests(*, now: datetime) -> int:
    """Open a card for each request that waits, close those of decided ones; how many were opened."""
    execute(
        "UPDATE syncengine_stewardtask t SET state = CASE WHEN r.state = 'withdrawn' THEN 'obsolete' ELSE 'done' END, "
        "outcome = CASE r.state WHEN 'applied' THEN 'approved' ELSE r.state END, closed_by_id = r.decided_by_id, "
        "closed_at = coalesce(r.decided_at, %s) FROM accounts_changerequest r "
        "WHERE t.kind = 'change' AND t.state = 'open' AND r.id = t.request_id AND r.state <> 'waiting'",
        [now],
    )
    due = due_times(now)
    opened = execute(
        "INSERT INTO syncengine_stewardtask (kind, subject, state, account_id, request_id, records, reason, evidence, "
        "evidence_digest, value_at_stake, urgency, opened_at, due_at, outcome) "
        f"SELECT 'change', 'request ' || r.id, 'open', r.account_id, r.id, '{{}}', r.reason, '{{}}', '', {STAKE}, "
        f"{URGENCY}, r.requested_at, (%s::jsonb->>({URGENCY}))::timestamptz, '' FROM accounts_changerequest r "
        "LEFT JOIN accounts_accountsummary s ON s.account_id = r.account_id WHERE r.state = 'waiting' "
        "AND NOT EXISTS (SELECT FROM syncengine_stewardtask t WHERE t.request_id = r.id AND t.state = 'open') "
        "ORDER BY r.requested_at, r.id ON CONFLICT DO NOTHING",
        [json.dumps({urgency: at.isoformat() for urgency, at in due.items()})],
    )
    if opened:
        renew_priorities(now=now, kinds=ASKED)
    return opened


def renew_drafts(*, now: datetime, two_people: bool) -> int:
    """Open a card for each planned draft that a second person has to see, close the others; how many were opened."""
    execute(
        "UPDATE syncengine_stewardtask t SET state = CASE WHEN d.judged_by_id IS NULL THEN 'obsolete' ELSE 'done' END, "
        "outcome = CASE WHEN d.judged_by_id IS NULL THEN d.state WHEN d.state = 'rejected' THEN 'rejected' "
        "ELSE 'approved' END, closed_by_id = d.judged_by_id, closed_at = %s FROM syncengine_policydraft d "
        "WHERE t.kind = 'policy' AND t.state = 'open' AND d.id = t.draft_id AND d.state <> 'planned'",
        [now],
    )
    if not two_people:
        return 0
    opened = execute(
        "INSERT INTO syncengine_stewardtask (kind, subject, state, draft_id, records, reason, evidence, "
        "evidence_digest, value_at_stake, urgency, opened_at, due_at, outcome) "
        "SELECT 'policy', 'draft ' || d.id, 'open', d.id, '{}', d.note, '{}', '', "
        "coalesce((d.plan->'money'->>'revenue_ttm')::numeric, 0) "
        "+ coalesce((d.plan->'money'->>'open_receivables')::numeric, 0), 'other', %s, %s, '' "
        "FROM syncengine_policydraft d WHERE d.state = 'planned' AND d.edited_by_id IS NOT NULL "
        "AND NOT EXISTS (SELECT FROM syncengine_stewardtask t WHERE t.draft_id = d.id AND t.state = 'open') "
        "ORDER BY d.id ON CONFLICT DO NOTHING",
        [now, due_times(now)["other"]],
    )
    if opened:
        renew_priorities(now=now, kinds=ASKED)
    return opened

"""Events that ask for finance: an approval is open before anything of the customer is written to the ERP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from accounts.catalogue import load
from accounts.frames import execute, rows
from syncengine.steward.approvals import renew_requests

POLICY = "The source asks for finance’s review before this reaches the ERP."


def open_reviews(event_ids: Sequence[int], *, now: datetime) -> int:
    """One open review a customer for these events; how many were opened."""
    if not event_ids:
        return 0
    codes = {name: field.code for name, field in load()["account"].fields.items()}
    found = rows(
        "SELECT e.id, x.account_id, e.fields FROM syncengine_inboxevent e "
        "JOIN accounts_accountcrosswalk x ON x.source_id = e.source_id AND x.key = e.key "
        "WHERE e.id = ANY(%s) AND x.account_id IS NOT NULL AND NOT EXISTS (SELECT FROM accounts_changerequest r "
        "WHERE r.kind = 'event' AND r.state = 'waiting' AND r.account_id = x.account_id) ORDER BY e.id",
        [list(event_ids)],
    )
    opened = 0
    for event_id, account_id, fields in found:  # events that ask for a review are few
        wanted = [codes[name] for name in _names(fields) if name in codes]
        opened += execute(
            "INSERT INTO accounts_changerequest (account_id, kind, state, changes, reason, policy, approvers, detail, "
            "requested_at, answer) SELECT %s, 'event', 'waiting', '[]', 'A system announced a change.', %s, "
            "ARRAY['finance'], jsonb_build_object('event', %s::bigint, 'fields', %s::jsonb), %s, '' "
            "WHERE NOT EXISTS (SELECT FROM accounts_changerequest r WHERE r.kind = 'event' AND r.state = 'waiting' "
            "AND r.account_id = %s)",
            [account_id, POLICY, event_id, str(wanted), now, account_id],
        )
    renew_requests(now=now)
    return opened


def _names(fields: object) -> list[str]:
    return json.loads(fields) if isinstance(fields, str) else list(fields or [])  # type: ignore[call-overload]

"""The end of a first load: what had waited for it begins, as if every customer had just been published."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from accounts.catalogue import load
from accounts.frames import execute
from accounts.loading import close_load
from accounts.models import User
from syncengine.landing import POLICY_CAUSE
from syncengine.steward.deadlines import due_times

CLOCKS = (
    "UPDATE syncengine_stewardtask t SET due_at = (%s::jsonb->>t.urgency)::timestamptz "
    "WHERE t.state = 'open' AND t.due_at IS NULL"
)
# A record a customer brings its whole cluster before the lane, which plans writes and raises alerts.
EVERYBODY = (
    "INSERT INTO syncengine_dirty (object, record_id, stream_id, cause, landed_at) "
    "SELECT %s, min(x.id), NULL, %s, %s FROM accounts_accountcrosswalk x "
    "WHERE x.account_id IS NOT NULL AND x.deleted_at IS NULL GROUP BY x.account_id"
)


@transaction.atomic
def end_first_load(*, by: User | None, now: datetime) -> int:
    """Start the clocks and queue every customer for the lane; how many. Raises NotLoading."""
    close_load(now=now, by=by)
    due = {urgency: at.isoformat() for urgency, at in due_times(now).items()}
    execute(CLOCKS, [json.dumps(due)])
    return execute(EVERYBODY, [load()["account"].code, POLICY_CAUSE, now])

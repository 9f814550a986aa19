"""Error groups: what was refused the same way, whoever it was about."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.frames import execute
from accounts.models import User
from syncengine.models import ErrorGroup


def count_groups(*, stream_id: int, now: datetime) -> None:
    """Bring the groups up to the rows in `refused_rows`; a group called fixed that is seen again is new."""
    execute(
        "INSERT INTO syncengine_errorgroup AS g (stream_id, fingerprint, stage, rule, title, state, count, first_at, "
        "last_at) SELECT %s, group_key, min(stage), min(rule), min(title), 'new', count(*), %s, %s FROM refused_rows "
        "WHERE severity <> 'warn' GROUP BY group_key ON CONFLICT (stream_id, fingerprint) DO UPDATE SET "
        "count = g.count + excluded.count, last_at = excluded.last_at, "
        "state = CASE WHEN g.state = 'fixed' OR (g.state = 'muted' AND g.muted_until < excluded.last_at) "
        "THEN 'new' ELSE g.state END, fixed_in = NULL",
        [stream_id, now, now],
    )
    execute(
        "UPDATE syncengine_deadletter d SET group_id = g.id FROM refused_rows r JOIN syncengine_errorgroup g "
        "ON g.fingerprint = r.group_key AND g.stream_id = %s WHERE d.stream_id = %s "
        "AND d.fingerprint = r.fingerprint AND d.state = 'open' AND d.group_id IS DISTINCT FROM g.id",
        [stream_id, stream_id],
    )


@transaction.atomic
def handle_group(*, group: ErrorGroup, act: str, user: User, now: datetime, until: datetime | None = None) -> None:
    """Take it on (known), mute it until a day, or call it fixed in the latest run."""
    if act == "known":
        changes: dict[str, object] = {"state": "known", "owner": user}
    elif act == "mute" and until is not None and until > now:
        changes = {"state": "muted", "muted_until": until, "owner": group.owner or user}
    elif act == "fixed":
        latest = group.stream.runs.order_by("-id").values_list("pk", flat=True).first()
        changes = {"state": "fixed", "fixed_in": latest}
    else:
        raise ValueError(f"nothing that can be done with an error group: {act}")
    ErrorGroup.objects.filter(pk=group.pk).update(**changes)
    audit.record(user=user, action=f"error group: {act}", object="stream", row_id=group.stream_id, at=now,
                 detail={"group": group.pk, "title": group.title})  # fmt: skip

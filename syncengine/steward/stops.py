"""Answering a round whose merges were stopped: let them through, ask one by one, or keep them apart."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.audit import record
from accounts.frames import execute, rows
from accounts.models import User
from syncengine.models import Hold, StewardTask, Stop
from syncengine.steward.bindings import ACCOUNT
from syncengine.steward.settling import close, locked
from syncengine.steward.wake import wake_lane

STATES = {"allow": "allowed", "single": "single", "apart": "apart"}
TOUCH = (
    "INSERT INTO syncengine_dirty (object, record_id, cause, landed_at) SELECT DISTINCT %s, r, %s, %s::timestamptz "
    "FROM syncengine_hold h, unnest(h.records_l || h.records_r) r WHERE h.stop_id = %s"
)


@transaction.atomic
def settle_stop(*, task: StewardTask, act: str, user: User, now: datetime, reason: str = "") -> int:
    """Answer the question about a stopped round; how many merges it concerned."""
    if act not in STATES:
        raise ValidationError("Let them merge, ask one by one, or keep them apart.")
    task = locked(task)
    stop = Stop.objects.select_for_update().get(pk=task.evidence["stop"])
    Stop.objects.filter(pk=stop.pk).update(state=STATES[act], closed_by=user, closed_at=now)
    held = Hold.objects.filter(stop=stop, state="open")
    count = held.count()
    if act == "allow":
        held.update(state="merged", closed_at=now)
    _touch(stop.pk, f"stop {stop.pk} {STATES[act]}", now)
    close(task, user=user, now=now, outcome=STATES[act])
    record(user=user, action="answered a stopped run", object="task", row_id=task.pk, at=now,
           detail={"stop": stop.pk, "answer": act, "merges": count, "reason": reason})  # fmt: skip
    return count


def reopen_stop(stop_id: int, *, now: datetime) -> None:
    """The answer is taken back: the merges it let through are held again, and the next round undoes them."""
    Stop.objects.filter(pk=stop_id).update(state="open", closed_by=None, closed_at=None)
    Hold.objects.filter(stop_id=stop_id, state="merged").update(state="open", closed_at=None)
    _touch(stop_id, f"stop {stop_id} reopened", now)


def _touch(stop_id: int, cause: str, now: datetime) -> None:
    if not rows("SELECT 1 FROM syncengine_hold WHERE stop_id = %s LIMIT 1", [stop_id]):
        return
    execute(TOUCH, [ACCOUNT, cause, now, stop_id])
    wake_lane()

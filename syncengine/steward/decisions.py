"""What people decide: a row, a dirty mark, an audit entry, in one transaction; undo closes the row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.audit import record
from accounts.catalogue import load
from accounts.models import AccountCrosswalk, User
from syncengine.landing import mark_dirty
from syncengine.models import Decision, PolicyVersion, StewardTask
from syncengine.steward.pins import pin_value, release
from syncengine.steward.wake import wake_lane

ACCOUNT = load()["account"].code
KINDS = ("same", "different", "related", "unsure")


class AlreadySettled(Exception):
    """Somebody answered the task before, or it settled itself."""


class ContradictsDecision(Exception):
    """An earlier decision says the opposite; it has to be undone first."""


@transaction.atomic
def decide_duplicate(
    *, task: StewardTask, kind: str, user: User, now: datetime, reason: str = ""
) -> Decision:
    """Settle a duplicate task: the two records are the same customer, or they are not."""
    task = _locked(task)
    if kind not in KINDS:
        raise ValueError(f"unknown kind of decision: {kind}")
    left, right = task.records[:1], task.records[1:]
    _refuse_contradiction(kind, left, right)
    decision = Decision.objects.create(
        kind=kind,
        records_l=left,
        records_r=right,
        reason=reason,
        evidence=task.evidence,
        policy_version=_policy_number(),
        made_by=user,
        made_at=now,
    )
    _close(task, user=user, now=now, outcome=kind, decision=decision)
    _touch(task.records, cause=f"decision {decision.pk}", now=now)
    record(user=user, action=f"decided {kind}", object="account", row_id=task.account_id, at=now,
           detail={"task": task.pk, "records": task.records, "reason": reason})  # fmt: skip
    return decision


@transaction.atomic
def resolve_conflict(
    *,
    task: StewardTask,
    user: User,
    now: datetime,
    record_id: int | None = None,
    value: str | None = None,
    reason: str = "",
) -> None:
    """Settle a conflict: pin the value of one record, or a value typed in."""
    task = _locked(task)
    anchor = _first_record(task.account_id or 0)
    if record_id is not None and not AccountCrosswalk.objects.filter(pk=record_id, account=task.account_id).exists():
        raise ValidationError("That record is not one of this customer's.")
    pin = pin_value(
        record_id=anchor,
        field=task.field,
        from_record=record_id,
        value=value,
        user=user,
        now=now,
        reason=reason,
    )
    _close(task, user=user, now=now, outcome=f"pinned {pin.value}", pin=pin)
    _touch([anchor], cause=f"pin {pin.pk}", now=now)
    record(user=user, action="pinned a value", object="account", row_id=task.account_id, at=now,
           detail={"task": task.pk, "field": task.field, "value": pin.value, "reason": reason})  # fmt: skip


@transaction.atomic
def undo(*, task: StewardTask, user: User, now: datetime) -> StewardTask:
    """Take an answer back: the decision or pin is closed and the question is open again."""
    task = StewardTask.objects.select_for_update().get(pk=task.pk)
    if task.state != "done":
        raise AlreadySettled("Nothing to undo: the task is not answered.")
    touched = _reopen_rows(task, user, now)
    StewardTask.objects.filter(pk=task.pk).update(
        state="open", outcome="", closed_at=None, closed_by=None, decision=None, pin=None
    )
    _touch(touched, cause=f"undo of task {task.pk}", now=now)
    record(user=user, action="took a decision back", object="account", row_id=task.account_id, at=now,
           detail={"task": task.pk})  # fmt: skip
    task.refresh_from_db()
    return task


def _reopen_rows(task: StewardTask, user: User, now: datetime) -> list[int]:
    if task.decision_id:
        Decision.objects.filter(pk=task.decision_id).update(closed_by=user, closed_at=now)
        return list(task.records)
    if task.pin_id:
        return [release(pin_id=task.pin_id, user=user, now=now)]
    return list(task.records)


def _locked(task: StewardTask) -> StewardTask:
    locked = StewardTask.objects.select_for_update().get(pk=task.pk)
    if locked.state != "open":
        raise AlreadySettled(f"The task was settled already: {locked.outcome or locked.state}.")
    return locked


def _refuse_contradiction(kind: str, left: Sequence[int], right: Sequence[int]) -> None:
    opposite = {"same": "different", "different": "same"}.get(kind)
    if opposite is None:
        return
    pair = [*left, *right]
    against = Decision.objects.filter(
        kind=opposite, closed_at=None, records_l__overlap=pair, records_r__overlap=pair
    ).first()
    if against is not None:
        raise ContradictsDecision(
            f"{against.made_by} decided on {against.made_at:%d %b %Y} that these are {opposite}. Undo that first."
        )


def _close(
    task: StewardTask,
    *,
    user: User,
    now: datetime,
    outcome: str,
    decision: Decision | None = None,
    pin: object | None = None,
) -> None:
    StewardTask.objects.filter(pk=task.pk).update(
        state="done", outcome=outcome, decision=decision, pin=pin, closed_by=user, closed_at=now
    )


def _first_record(account_id: int) -> int:
    """The record that carries a pin: the customer's oldest."""
    return int(
        AccountCrosswalk.objects.filter(account_id=account_id).order_by("pk").values_list("pk", flat=True)[0]
    )


def _policy_number() -> int | None:
    return PolicyVersion.objects.order_by("-number").values_list("number", flat=True).first()


def _touch(records: Sequence[int], *, cause: str, now: datetime) -> None:
    mark_dirty(ACCOUNT, pl.Series(records, dtype=pl.Int64), stream_id=None, cause=cause, now=now)
    wake_lane()

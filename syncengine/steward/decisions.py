"""What people answer on the desk: a row, a dirty mark, an audit entry, in one transaction; undo closes the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.audit import record
from accounts.catalogue import load
from accounts.models import Account, AccountCrosswalk, User
from syncengine.models import Decision, DecisionBatch, Hold, StewardTask
from syncengine.steward.bindings import bind, take_effect, touch, unbind
from syncengine.steward.contradictions import ContradictsDecision
from syncengine.steward.pins import pin_value, release
from syncengine.steward.planted import is_planted
from syncengine.steward.reconsider import WAITS, reconsider
from syncengine.steward.settling import AlreadySettled, close, locked
from syncengine.steward.stops import reopen_stop
from syncengine.steward.two_people import why_two_people

KINDS = ("same", "different", "related", "unsure")
__all__ = [
    "AlreadySettled",
    "ContradictsDecision",
    "OwnDecision",
    "approve",
    "decide_duplicate",
    "reject",
    "resolve_conflict",
    "undo",
]


class OwnDecision(Exception):
    """The second person must be another one."""


@transaction.atomic
def decide_duplicate(
    *,
    task: StewardTask,
    kind: str,
    user: User,
    now: datetime,
    reason: str = "",
    relation: str = "",
    turned: bool = False,
    since_date: date | None = None,
    batch: DecisionBatch | None = None,
    chosen: Mapping[str, str | int] | None = None,
) -> Decision | None:
    """Settle a task about two customers: the same, different, or related; all records of both are bound.

    None for a planted pair, which binds nothing. A relation is read from the left customer ("its parent is the
    right one") unless `turned`. Where money or identifiers ask for it, `same` waits for a second person and binds
    nothing until then.
    """
    task = locked(task)
    _refuse_unknown(kind, relation)
    if is_planted(task):
        close(task, user=user, now=now, outcome=kind)
        _tell(user, f"decided {kind}", task, now, {"records": task.records, "reason": reason})
        return None
    left, right = sides_of(task)
    _let_go(task, kind, user, now)
    if turned:
        left, right = right, left
    reasons = why_two_people(task, left, right) if kind == "same" and batch is None else []
    decision = bind(
        kind=kind, left=left, right=right, user=user, now=now, reason=reason, relation=relation,
        since_date=since_date, pending=bool(reasons), batch=batch, evidence={"task": task.pk, "two_people": reasons},
    )  # fmt: skip
    if kind == "same" and chosen:
        _pin_chosen(decision, chosen, user, now)
    close(task, user=user, now=now, outcome=WAITS if reasons else kind, decision=decision)
    if reasons:
        _ask_second(task, decision, reasons, now)
    _tell(user, f"decided {kind}", task, now, {"records": task.records, "reason": reason, "two_people": reasons})
    return decision


def _refuse_unknown(kind: str, relation: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"unknown kind of decision: {kind}")
    if kind == "related" and relation not in Decision.RELATIONS:
        raise ValidationError("Say how the two are related.")


def _pin_chosen(decision: Decision, chosen: Mapping[str, str | int], user: User, now: datetime) -> None:
    """Values a person preferred to the rules' when merging; they go with the decision."""
    fields = load()["account"].fields
    both = {*decision.records_l, *decision.records_r}
    pins = []
    for name, value in chosen.items():  # the fields of one card
        if name not in fields or (isinstance(value, int) and value not in both):
            raise ValidationError(f"“{name}” cannot be set this way.")
        told: dict[str, Any] = (
            {"from_record": value, "value": None} if isinstance(value, int) else {"from_record": None, "value": value}
        )
        pin = pin_value(
            record_id=min(both), field=fields[name].code, user=user, now=now, reason=f"decision {decision.pk}", **told
        )
        pins.append(pin.pk)
    Decision.objects.filter(pk=decision.pk).update(evidence=decision.evidence | {"pins": pins})


def _let_go(task: StewardTask, kind: str, user: User, now: datetime) -> None:
    """A pair asked again because its evidence changed: the new answer takes the place of the old one."""
    before = Decision.objects.filter(pk=task.evidence.get("reopens"), closed_at=None).first()
    if before is not None and before.kind != kind:
        unbind(before, user=user, now=now)


def _ask_second(task: StewardTask, decision: Decision, reasons: Sequence[str], now: datetime) -> None:
    """An approval task in place of the one just answered."""
    copied = ("account", "other_account", "records", "confidence", "value_at_stake", "urgency", "both_open", "priority",
              "due_at", "rule", "hold")  # fmt: skip
    StewardTask.objects.create(
        kind="approval", subject=f"decision {decision.pk}", decision=decision, opened_at=now,
        reason="Second person: " + ", ".join(reasons), **{name: getattr(task, name) for name in copied},
    )  # fmt: skip


@transaction.atomic
def approve(*, task: StewardTask, user: User, now: datetime, reason: str = "") -> Decision:
    """The second person agrees: the decision takes effect. Raises OwnDecision for its author."""
    task, decision = _waiting(task)
    if decision.made_by_id == user.pk:
        raise OwnDecision("You made this decision; somebody else has to approve it.")
    Decision.objects.filter(pk=decision.pk).update(pending=False, approved_by=user, approved_at=now)
    take_effect(decision, now=now)
    close(task, user=user, now=now, outcome="approved", decision=decision)
    StewardTask.objects.filter(decision=decision, state="done").exclude(pk=task.pk).update(outcome=decision.kind)
    _tell(user, "approved a decision", task, now, {"decision": decision.pk, "reason": reason})
    return decision


@transaction.atomic
def reject(*, task: StewardTask, user: User, now: datetime, reason: str) -> Decision:
    """The second person does not agree: the decision is closed and the question open again."""
    if not reason.strip():
        raise ValidationError("Say why, so that the one who decided can learn from it.")
    task, decision = _waiting(task)
    if decision.made_by_id == user.pk:
        raise OwnDecision("You made this decision; take it back instead.")
    Decision.objects.filter(pk=decision.pk).update(closed_by=user, closed_at=now)
    close(task, user=user, now=now, outcome="rejected", decision=decision)
    asked = StewardTask.objects.filter(decision=decision, state="done").exclude(pk=task.pk)
    asked.update(state="open", outcome="", closed_at=None, closed_by=None, decision=None)
    _tell(user, "rejected a decision", task, now, {"decision": decision.pk, "reason": reason})
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
    task = locked(task)
    account_id = _standing(task.account_id or 0)
    anchor = _first_record(account_id)
    if record_id is not None and not AccountCrosswalk.objects.filter(pk=record_id, account=account_id).exists():
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
    close(task, user=user, now=now, outcome=f"pinned {pin.value}", pin=pin)
    touch([anchor], cause=f"pin {pin.pk}", now=now)
    _tell(user, "pinned a value", task, now, {"field": task.field, "value": pin.value, "reason": reason})


@transaction.atomic
def undo(*, task: StewardTask, user: User, now: datetime) -> StewardTask:
    """Take an answer back: the decision or pin is closed and the question is open again."""
    task = StewardTask.objects.select_for_update().get(pk=task.pk)
    if task.state != "done":
        raise AlreadySettled("Nothing to undo: the task is not answered.")
    if task.kind == "approval":
        reconsider(task=task, now=now)
    else:
        _reopen(task, user, now)
    _tell(user, "took a decision back", task, now, {})
    task.refresh_from_db()
    return task


def _reopen(task: StewardTask, user: User, now: datetime) -> None:
    _reopen_rows(task, user, now)
    waiting = StewardTask.objects.filter(decision__isnull=False, decision=task.decision, kind="approval", state="open")
    waiting.update(state="obsolete", closed_at=now, outcome="taken back")
    StewardTask.objects.filter(pk=task.pk).update(
        state="open", outcome="", closed_at=None, closed_by=None, decision=None, pin=None
    )


def _reopen_rows(task: StewardTask, user: User, now: datetime) -> None:
    if task.decision:
        unbind(task.decision, user=user, now=now)
        if task.hold_id:  # the guard asks again
            Hold.objects.filter(pk=task.hold_id).exclude(state="open").update(state="open", closed_at=None)
    elif "stop" in task.evidence:
        reopen_stop(task.evidence["stop"], now=now)
    elif task.pin_id:
        touch([release(pin_id=task.pin_id, user=user, now=now)], cause=f"undo of task {task.pk}", now=now)
    elif not is_planted(task):
        touch(task.records, cause=f"undo of task {task.pk}", now=now)


def sides_of(task: StewardTask) -> tuple[list[int], list[int]]:
    """All records of the two customers a task is about; only the judged ones where both are in one by now."""
    left, right = task.records[:1], task.records[1:]
    if task.hold and task.hold.state == "open":
        return list(task.hold.records_l), list(task.hold.records_r)
    owners = dict(AccountCrosswalk.objects.filter(pk__in=task.records).values_list("pk", "account_id"))
    accounts = [{owners.get(pk) for pk in side} - {None} for side in (left, right)]
    if len(accounts[0]) != 1 or len(accounts[1]) != 1 or accounts[0] == accounts[1]:
        return list(left), list(right)
    members = [AccountCrosswalk.objects.filter(account__in=one).values_list("pk", flat=True) for one in accounts]
    return sorted(members[0]), sorted(members[1])


def _waiting(task: StewardTask) -> tuple[StewardTask, Decision]:
    task = locked(task)
    waiting = Decision.objects.select_for_update().filter(pending=True, closed_at=None)
    decision = waiting.filter(pk=task.decision_id).first() if task.decision_id else None
    if decision is None:
        raise AlreadySettled("The decision was taken back.")
    return task, decision


def _standing(account_id: int) -> int:
    """The customer itself, or the one it was merged into since the question was asked."""
    merged_into = Account.objects.filter(pk=account_id).values_list("merged_into_id", flat=True).first()
    return _standing(merged_into) if merged_into else account_id


def _first_record(account_id: int) -> int:
    """The record that carries a pin: the customer's oldest."""
    return int(AccountCrosswalk.objects.filter(account_id=account_id).order_by("pk").values_list("pk", flat=True)[0])


def _tell(user: User, action: str, task: StewardTask, now: datetime, detail: dict[str, Any]) -> None:
    record(user=user, action=action, object="account", row_id=task.account_id, at=now,
           detail={"task": task.pk, **detail})  # fmt: skip

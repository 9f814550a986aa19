"""What a steward's form means: each function takes the form, makes one call, and says what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.dateparse import parse_date

from accounts import proposals
from accounts.models import ChangeRequest, User
from syncengine import refused
from syncengine.models import StewardTask
from syncengine.pipeline import replay
from syncengine.policies import drafts
from syncengine.steward import decisions, desk
from syncengine.steward.approvals import renew_requests
from syncengine.steward.conflicts import apply_to_similar
from syncengine.steward.contradictions import ContradictsDecision
from syncengine.steward.decisions import OwnDecision, approve, reject, resolve_conflict
from syncengine.steward.settling import AlreadySettled
from syncengine.steward.stops import settle_stop
from syncengine.validation.waivers import waive
from syncengine.writeback.requests import take_requests
from syncengine.writeback.revoke import revoke
from syncengine.writeback.undo import CannotUndo

REFUSALS = (
    AlreadySettled, ContradictsDecision, OwnDecision, refused.NotEditable, proposals.AlreadyDecided, proposals.NoReason,
    proposals.NotYours, drafts.NotAllowed, CannotUndo,
)  # fmt: skip
WAIVED_DAYS = 30
STOP_WORDS = {
    "allow": "made with the next publish.",
    "single": "each becomes a question of its own with the next publish.",
    "apart": "kept apart until what ties them is gone.",
}  # fmt: skip


def answer_duplicate(task: StewardTask, form: Mapping[str, str], user: User, now: datetime) -> str:
    """Same with the values chosen, different, related, or unsure."""
    kind, reason = form["kind"], form.get("reason", "").strip()
    if kind == "unsure":
        desk.be_unsure(task=task, user=user, now=now, reason=reason, leaning=form.get("leaning") or "unsure")
        return "Somebody else will look at it, without seeing what you think."
    done = desk.answer(
        task=task, kind=kind, user=user, now=now, reason=reason, relation=form.get("relation", ""),
        turned=form.get("turned") == "1", since_date=parse_date(form.get("since", "")), chosen=_chosen(form),
    )  # fmt: skip
    return "You two do not agree. A third steward decides, with both reasons." if done == "disagreed" else ""


def _chosen(form: Mapping[str, str]) -> dict[str, str | int]:
    """field → record id or typed value, where a person overruled the rule."""
    named = {name.removeprefix("take_"): value for name, value in form.items() if name.startswith("take_")}
    taken: dict[str, str | int] = {name: int(value) for name, value in named.items() if value.isdecimal()}
    typed = {name.removeprefix("type_"): value.strip() for name, value in form.items() if name.startswith("type_")}
    return taken | {name: value for name, value in typed.items() if value}


def answer_conflict(task: StewardTask, form: Mapping[str, str], user: User, now: datetime) -> str:
    """Use a record's value, type one, leave it to the source, or use the record's source for all like it."""
    record, value = form.get("record", ""), form.get("value", "").strip()
    if form.get("act") == "source":
        desk.wait_for_source(task=task, user=user, now=now, reason=form.get("reason", ""))
        return "It waits for the source; the clock stands still until then."
    if not record.isdecimal() and not value:
        raise ValidationError("Choose one of the values or type another.")
    if form.get("similar") and record.isdecimal():
        count = apply_to_similar(task=task, record_id=int(record), user=user, now=now)
        return f"Used for {count} like this. Each can be taken back."
    chosen: dict[str, int | str] = {"record_id": int(record)} if record.isdecimal() else {"value": value}
    resolve_conflict(task=task, user=user, now=now, reason=form.get("reason", ""), **chosen)  # type: ignore[arg-type]
    return ""


def answer_refused(task: StewardTask, form: Mapping[str, str], user: User, now: datetime) -> str:
    """Fix, waive until, reject, replay, or leave a refused record to its source."""
    letter, act, reason = task.dead_letter_id, form.get("act", ""), form.get("reason", "").strip()
    if letter is None:
        raise ValidationError("The record is gone; the task closes by itself.")
    if act == "fix":
        refused.edit(letter_id=letter, payload=form.get("payload", ""), reason=reason, user=user, now=now)
        return _replayed(letter)
    if act == "waive":
        until = parse_date(form.get("until", "")) or (now + timedelta(days=WAIVED_DAYS)).date()
        every = form.get("every") == "1"
        waive(letter_id=letter, until=_end(until, now), reason=reason, user=user, now=now, every_record=every)
        return _replayed(letter)
    if act == "reject":
        refused.dismiss(letter_id=letter, reason=reason or "not wanted", user=user, now=now)
        return "The record is not taken; what is known of it stays."
    if act == "source":
        refused.await_source(letter_id=letter, reason=reason, user=user, now=now)
        return "It waits for the source."
    return _replayed(letter)


def _replayed(letter: int) -> str:
    runs = replay([letter])
    taken = sum(run.created + run.updated for run in runs)
    return "Taken in; the next publish shows it." if taken else "Still refused; see why on the card."


def _end(day: date, now: datetime) -> datetime:
    return now.replace(year=day.year, month=day.month, day=day.day, hour=23, minute=59)


def answer_approval(task: StewardTask, form: Mapping[str, str], user: User, now: datetime) -> str:
    """Approve, reject with a reason, or ask."""
    act, reason = form.get("act", ""), form.get("reason", "").strip()
    if act == "approve":
        approve(task=task, user=user, now=now, reason=reason)
        return "Approved. It takes effect with the next publish."
    if act == "reject":
        reject(task=task, user=user, now=now, reason=reason)
        return "Rejected. The question is open again."
    return _asked(task, reason, user, now)


def _asked(task: StewardTask, reason: str, user: User, now: datetime) -> str:
    desk.comment(task=task, text=reason, user=user, now=now)
    return "Asked. The card waits for the answer."


def answer_change(task: StewardTask, form: Mapping[str, str], user: User, now: datetime) -> str:
    """Approve a change, reject it with a reason, or ask."""
    act, reason = form.get("act", ""), form.get("reason", "").strip()
    request = ChangeRequest.objects.get(pk=task.request_id or 0)
    if act == "ask":
        return _asked(task, reason, user, now)
    with transaction.atomic():
        judge = proposals.approve if act == "approve" else proposals.reject
        judge(request=request, user=user, now=now, answer=reason)
        renew_requests(now=now)
    take_requests(now=now)
    return "Approved; it is on its way." if act == "approve" else "Rejected."


def answer_policy(task: StewardTask, form: Mapping[str, str], user: User, now: datetime) -> str:
    """Approve planned policies, reject them with a reason, or ask."""
    act, reason = form.get("act", ""), form.get("reason", "").strip()
    if act == "ask":
        return _asked(task, reason, user, now)
    judge = drafts.approve_draft if act == "approve" else drafts.reject_draft
    judge(draft_id=task.draft_id or 0, user=user, now=now, reason=reason)
    return "Approved. It can be applied now." if act == "approve" else "Rejected. The author sees your reason."


def take_back(task: StewardTask, user: User, now: datetime) -> str:
    """What became of an answer that is taken back."""
    if task.kind == "change":
        return revoke(task=task, user=user, now=now)
    if task.kind == "policy":
        drafts.reconsider_draft(draft_id=task.draft_id or 0, user=user, now=now)
    else:
        decisions.undo(task=task, user=user, now=now)
    return "Taken back. The task is open again."


def answer_stop(task: StewardTask, form: Mapping[str, str], user: User, now: datetime) -> str:
    """Let the stopped merges of a round through, have them asked one by one, or keep them apart."""
    act = form.get("act", "")
    count = settle_stop(task=task, act=act, user=user, now=now, reason=form.get("reason", "").strip())
    return f"{count:,} merges: {STOP_WORDS[act]}"


def care_for(task: StewardTask, form: Mapping[str, str], user: User, now: datetime) -> tuple[str, bool]:
    """What was done, and whether the card stays."""
    act = form.get("act", "")
    if act == "comment":
        desk.comment(task=task, text=form.get("text", ""), user=user, now=now)
        return "Said.", True
    if act == "mine":
        desk.assign(task_ids=[task.pk], to=user, user=user, now=now)
        return "It is yours.", True
    if act == "resume":
        desk.resume(task=task, user=user, now=now)
        return "The clock runs again.", True
    return care_for_many([task.pk], form, user, now), False


def care_for_many(ids: Sequence[int], form: Mapping[str, str], user: User, now: datetime) -> str:
    """Assign or put aside several tasks."""
    if form.get("act") == "snooze":
        days = int(form.get("days", "1")) if form.get("days", "1").isdecimal() else 1
        count = desk.snooze(task_ids=ids, until=now + timedelta(days=days), user=user, now=now)
        return f"{count} put aside until {(now + timedelta(days=days)):%d %b}."
    to = User.objects.filter(email=form.get("to", "")).first() if form.get("to") else None
    if form.get("act") == "mine":
        to = user
    count = desk.assign(task_ids=ids, to=to, user=user, now=now)
    return f"{count} assigned to {to}." if to else f"{count} given back to everybody."

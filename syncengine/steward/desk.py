"""Work around a task: who does it, when it comes back, what people say of it, and what they are unsure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from accounts.audit import record
from accounts.models import User
from syncengine.models import Opinion, StewardTask, TaskComment
from syncengine.steward.approvals import ASKED
from syncengine.steward.decisions import decide_duplicate
from syncengine.steward.settling import locked


@transaction.atomic
def assign(*, task_ids: Sequence[int], to: User | None, user: User, now: datetime) -> int:
    """Give open tasks to somebody, or back to everybody."""
    if to is not None and to.role != "steward" and _of_the_desk(task_ids):
        raise ValidationError(f"{to} is no steward.")
    changed = StewardTask.objects.filter(pk__in=task_ids, state="open").update(
        assignee=to, assigned_at=now if to else None
    )
    record(user=user, action="assigned tasks", object="task", at=now,
           detail={"tasks": list(task_ids), "to": str(to) if to else None})  # fmt: skip
    return changed


def _of_the_desk(task_ids: Sequence[int]) -> bool:
    """Whether any of the tasks is a steward's work; changes and policies are for the roles they name."""
    return StewardTask.objects.filter(pk__in=task_ids).exclude(kind__in=ASKED).exists()


@transaction.atomic
def snooze(*, task_ids: Sequence[int], until: datetime | None, user: User, now: datetime) -> int:
    """Put open tasks aside until a moment; None brings them back."""
    if until is not None and until <= now:
        raise ValidationError("A task can only be put aside until a moment to come.")
    changed = StewardTask.objects.filter(pk__in=task_ids, state="open").update(snoozed_until=until)
    record(user=user, action="put tasks aside", object="task", at=now,
           detail={"tasks": list(task_ids), "until": until.isoformat() if until else None})  # fmt: skip
    return changed


@transaction.atomic
def comment(*, task: StewardTask, text: str, user: User, now: datetime) -> TaskComment:
    """Say something about a task, open or answered."""
    if not text.strip():
        raise ValidationError("Write something first.")
    StewardTask.objects.filter(pk=task.pk).update(comment_count=F("comment_count") + 1)
    return TaskComment.objects.create(task=task, written_by=user, written_at=now, text=text.strip())


@transaction.atomic
def wait_for_source(*, task: StewardTask, user: User, now: datetime, reason: str = "") -> None:
    """The source will be mended: the clock stops, and the task closes by itself once the sources agree."""
    task = locked(task)
    StewardTask.objects.filter(pk=task.pk).update(waiting_since=now, assignee=user, assigned_at=now)
    record(user=user, action="asked the source to mend a value", object="account", row_id=task.account_id, at=now,
           detail={"task": task.pk, "field": task.field, "reason": reason})  # fmt: skip


@transaction.atomic
def resume(*, task: StewardTask, user: User, now: datetime) -> None:
    """Nobody waits for the source any longer: the time it waited is added to the deadline."""
    task = locked(task)
    if task.waiting_since is None:
        return
    due = task.due_at + (now - task.waiting_since) if task.due_at else None
    StewardTask.objects.filter(pk=task.pk).update(waiting_since=None, due_at=due)


@transaction.atomic
def be_unsure(*, task: StewardTask, user: User, now: datetime, reason: str = "", leaning: str = "unsure") -> Opinion:
    """Ask for a second view: somebody else answers without seeing this one. Raises ValidationError the second time."""
    task = locked(task)
    if leaning not in Opinion.ANSWERS:
        raise ValidationError("You can lean to same or to different, or not at all.")
    if Opinion.objects.filter(task=task, batch=None, given_by=user).exists():
        raise ValidationError("You have said what you think; it is somebody else's turn.")
    opinion = Opinion.objects.create(task=task, given_by=user, given_at=now, answer=leaning, reason=reason)
    StewardTask.objects.filter(pk=task.pk).update(assignee=None, assigned_at=None)
    record(user=user, action="was unsure", object="account", row_id=task.account_id, at=now, detail={"task": task.pk})
    return opinion


@transaction.atomic
def answer(
    *,
    task: StewardTask,
    kind: str,
    user: User,
    now: datetime,
    reason: str = "",
    relation: str = "",
    turned: bool = False,
    since_date: date | None = None,
    chosen: Mapping[str, str | int] | None = None,
) -> str:
    """Answer a task about two customers: `decided`, or `disagreed` where an earlier opinion said the opposite.

    Then a third steward sees both reasons and decides.
    """
    earlier = list(Opinion.objects.filter(task=task, batch=None).exclude(answer="unsure").order_by("given_at"))
    others = [opinion for opinion in earlier if opinion.given_by_id != user.pk]
    disagrees = [opinion for opinion in others if opinion.answer != kind]
    if len(earlier) == 1 and disagrees and kind in ("same", "different"):
        locked(task)
        Opinion.objects.create(task=task, given_by=user, given_at=now, answer=kind, reason=reason)
        StewardTask.objects.filter(pk=task.pk).update(assignee=None, assigned_at=None)
        return "disagreed"
    decide_duplicate(
        task=task, kind=kind, user=user, now=now, reason=reason, relation=relation, turned=turned,
        since_date=since_date, chosen=chosen,
    )  # fmt: skip
    return "decided"

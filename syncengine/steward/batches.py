"""Bulk acceptance: a slice of the queue answered as one, after a blind sample, and revertible as one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import record
from accounts.models import User
from accounts.reference import get_tolerance
from syncengine.models import Decision, DecisionBatch, Opinion, StewardTask
from syncengine.steward.bindings import unbind
from syncengine.steward.contradictions import ContradictsDecision
from syncengine.steward.decisions import OwnDecision, decide_duplicate
from syncengine.steward.planted import PREFIX
from syncengine.steward.settling import AlreadySettled
from syncengine.steward.two_people import many_need_two

SAMPLE = 60  # without an error it bounds the error rate below 4.9 percent, at 95 percent confidence
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Slice:
    """Which duplicate tasks are meant: a range of confidence, and one rule or all."""

    least: float = 0.95
    most: float = 1.0
    rule: str = ""

    def tasks(self) -> QuerySet[StewardTask]:
        """Open duplicates of the slice that nobody has an opinion on yet."""
        found = StewardTask.objects.filter(
            kind="duplicate", state="open", confidence__gte=self.least, confidence__lte=self.most, opinions=None
        ).exclude(subject__startswith=PREFIX)
        return found.filter(rule=self.rule) if self.rule else found


@transaction.atomic
def start_batch(*, slice: Slice, user: User, now: datetime, seed: int | None = None) -> DecisionBatch:
    """Freeze a slice and draw its sample; tasks that two people must answer are left out."""
    tasks = list(slice.tasks().order_by("-priority", "pk")[:MOST])
    kept = [task for task in tasks if task.pk not in many_need_two(tasks)]
    if not kept:
        raise ValidationError("Nothing in this slice may be accepted in bulk.")
    ids = [task.pk for task in kept]
    batch = DecisionBatch.objects.create(
        made_by=user, made_at=now, least=slice.least, most=slice.most, rule=slice.rule, tasks=ids,
        sample=sorted(random.Random(seed).sample(ids, min(SAMPLE, len(ids)))),
        value=sum((task.value_at_stake for task in kept), Decimal(0)),
    )  # fmt: skip
    record(user=user, action="started a batch", object="batch", row_id=batch.pk, at=now, detail={"tasks": len(ids)})
    return batch


@transaction.atomic
def judge_sample(*, batch: DecisionBatch, task_id: int, answer: str, user: User, now: datetime) -> DecisionBatch:
    """One answer of the blind sample; a single error refuses the batch."""
    batch = _locked(batch, "sampling")
    if task_id not in batch.sample:
        raise ValidationError("This task is not in the sample.")
    if answer not in Opinion.ANSWERS:
        raise ValidationError("Answer same, different or unsure.")
    Opinion.objects.update_or_create(
        task_id=task_id, batch=batch, given_by=user, defaults={"answer": answer, "given_at": now}
    )
    judged = Opinion.objects.filter(batch=batch).values_list("task_id", "answer")
    if any(said != "same" for _, said in judged):
        return _close(batch, "refused", now)
    if len({task for task, _ in judged}) == len(batch.sample):
        DecisionBatch.objects.filter(pk=batch.pk).update(state="waiting")
    batch.refresh_from_db()
    return batch


def needs_second(batch: DecisionBatch) -> bool:
    """Whether the value of the batch asks for somebody else's approval."""
    limit = get_tolerance("bulk_two_people").amount
    return limit is not None and batch.value > limit


@transaction.atomic
def apply_batch(*, batch: DecisionBatch, user: User, now: datetime) -> tuple[int, int]:
    """Accept all tasks of a sampled batch; how many were decided, and how many had settled meanwhile."""
    batch = _locked(batch, "waiting")
    if needs_second(batch) and batch.made_by_id == user.pk:
        raise OwnDecision("The value of this batch asks for somebody else's approval.")
    done = 0
    tasks = StewardTask.objects.filter(pk__in=batch.tasks, state="open").order_by("pk")
    for task in tasks:  # each is a person's decision with its own refusal; a batch is a few thousand at most
        try:
            with transaction.atomic():
                decide_duplicate(task=task, kind="same", user=user, now=now, batch=batch, reason=f"batch {batch.pk}")
            done += 1
        except (ContradictsDecision, AlreadySettled):
            continue
    DecisionBatch.objects.filter(pk=batch.pk).update(state="applied", approved_by=user, applied_at=now)
    record(user=user, action="applied a batch", object="batch", row_id=batch.pk, at=now, detail={"decided": done})
    return done, len(batch.tasks) - done


@transaction.atomic
def revert_batch(*, batch: DecisionBatch, user: User, now: datetime) -> int:
    """Take back every decision of a batch that still stands; the questions are open again."""
    batch = _locked(batch, "applied")
    standing = list(Decision.objects.filter(batch=batch, closed_at=None))
    for decision in standing:
        unbind(decision, user=user, now=now)
    StewardTask.objects.filter(decision__in=standing, state="done").update(
        state="open", outcome="", closed_at=None, closed_by=None, decision=None
    )
    _close(batch, "reverted", now)
    record(user=user, action="reverted a batch", object="batch", row_id=batch.pk, at=now,
           detail={"decisions": len(standing)})  # fmt: skip
    return len(standing)


def _locked(batch: DecisionBatch, state: str) -> DecisionBatch:
    held = DecisionBatch.objects.select_for_update().get(pk=batch.pk)
    if held.state != state:
        raise AlreadySettled(f"The batch is {held.state}, not {state}.")
    return held


def _close(batch: DecisionBatch, state: str, now: datetime) -> DecisionBatch:
    DecisionBatch.objects.filter(pk=batch.pk).update(state=state, closed_at=now)
    batch.refresh_from_db()
    return batch


def sample_left(batch: DecisionBatch) -> Sequence[int]:
    """Tasks of the sample that wait for an answer."""
    judged = set(Opinion.objects.filter(batch=batch).values_list("task_id", flat=True))
    return [task for task in batch.sample if task not in judged]

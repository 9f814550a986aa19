"""How bulk acceptance reads: the slice, what it would do, the sample's bound, and the words of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from accounts.models import User
from dashboards.panels.tasks import reason_words
from syncengine.models import DecisionBatch, Opinion
from syncengine.selectors.precision import get_slice_precision, lower_bound, upper_error
from syncengine.selectors.queue import band_of, sees_amounts
from syncengine.steward.batches import (
    SAMPLE,
    Slice,
    apply_batch,
    needs_second,
    revert_batch,
    sample_left,
    start_batch,
)
from syncengine.steward.two_people import many_need_two

LOOKED_AT = 2_000  # tasks of a slice whose guards the dry run works out; more are told as more


def slice_of(form: Mapping[str, str]) -> Slice:
    """The slice a form asks for."""
    return Slice(_share(form.get("least"), 0.95), _share(form.get("most"), 1.0), form.get("rule", ""))


def _share(text: str | None, default: float) -> float:
    try:
        return min(max(float(text or ""), 0.0), 1.0)
    except ValueError:
        return default


def slice_view(slice: Slice, user: User) -> dict[str, Any]:
    """The dry run: how many tasks, what is at stake, which are left out, and how such were answered before."""
    tasks = slice.tasks()
    told = tasks.aggregate(count=Count("id"), value=Sum("value_at_stake"))
    looked = list(tasks.order_by("-priority", "pk")[:LOOKED_AT])
    rules = slice.__class__(slice.least, slice.most).tasks().values_list("rule").annotate(n=Count("id")).order_by("-n")
    value = told["value"] or Decimal(0)
    return {
        "slice": slice,
        "count": told["count"],
        "value": value,
        "stake": band_of(value),
        "amounts": sees_amounts(user),
        "left_out": len(many_need_two(looked)),
        "looked": len(looked),
        "past": get_slice_precision(least=slice.least, most=slice.most, rule=slice.rule),
        "rules": [(rule, reason_words(rule), n) for rule, n in rules if rule],
        "sample_size": min(SAMPLE, told["count"]),
        "bound": upper_error(0, min(SAMPLE, told["count"])),
    }


def batch_view(batch: DecisionBatch, user: User) -> dict[str, Any]:
    """A batch as its page shows it; while it is sampled nobody is told any score."""
    left = sample_left(batch)
    judged = len(batch.sample) - len(left)
    wrong = Opinion.objects.filter(batch=batch).exclude(answer="same").count()
    return {
        "batch": batch,
        "judged": judged,
        "sampled": left[0] if left and batch.state == "sampling" else None,
        "wrong": wrong,
        "bound": upper_error(wrong, judged) if judged else None,
        "sure": lower_bound(judged - wrong, judged) if judged else None,
        "second": needs_second(batch),
        "own": batch.made_by_id == user.pk,
        "stake": band_of(batch.value),
        "amounts": sees_amounts(user),
        "standing": batch.decisions.filter(closed_at=None).count(),
        "tighter": min(batch.least + (1 - batch.least) / 2, 0.999),
    }


def start(form: Mapping[str, str], user: User, now: datetime) -> DecisionBatch:
    """Freeze the slice a form asks for."""
    return start_batch(slice=slice_of(form), user=user, now=now)


def accept(batch: DecisionBatch, user: User, now: datetime) -> str:
    """Accept a sampled batch."""
    done, settled = apply_batch(batch=batch, user=user, now=now)
    more = f"; {settled} had settled meanwhile or contradict what people said" if settled else ""
    return f"{done} accepted as the same{more}."


def take_back(batch: DecisionBatch, user: User, now: datetime) -> str:
    """Take an accepted batch back."""
    return f"{revert_batch(batch=batch, user=user, now=now)} decisions taken back."

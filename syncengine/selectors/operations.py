"""Streams, error groups and drift as those who look after the sync read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import TruncDay
from django.http import Http404

from accounts.models import User
from syncengine.models import DeadLetter, ErrorGroup, KeyProof, SchemaDrift, Stream
from syncengine.operations.freshness import BUDGET, Budget, budgets
from syncengine.selectors.sync import may_see_runs

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """A stream's freshness promise and its last proof of completeness."""

    budget: Budget
    allowed: int
    proof: KeyProof | None


@dataclass(frozen=True, slots=True)
class GroupCard:
    """An error group with a few of its records and its days."""

    group: ErrorGroup
    letters: list[DeadLetter]
    open: int
    days: list[tuple[datetime, int]]


def stream_health(stream: Stream, *, now: datetime) -> StreamHealth:
    """What was promised of a stream and what is proved of it."""
    budget = budgets(now=now).get(stream.pk, Budget(0, 0))
    return StreamHealth(budget, BUDGET, stream.proofs.order_by("-id").first())


def list_groups(user: User, *, stream_id: int | None = None) -> QuerySet[ErrorGroup]:
    """Groups with their open records, the new ones first, then the most frequent."""
    if not may_see_runs(user):
        return ErrorGroup.objects.none()
    order = Case(When(state="new", then=Value(0)), When(state="known", then=Value(1)), default=Value(2),
                 output_field=IntegerField())  # fmt: skip
    groups = ErrorGroup.objects.select_related("stream__source", "owner").annotate(
        open=Count("letters", filter=Q(letters__state="open")), place=order
    )
    groups = groups.filter(stream_id=stream_id) if stream_id else groups
    return groups.order_by("place", "-open", "-last_at", "id")


def get_group(user: User, group_id: int) -> GroupCard:
    """One group with its latest samples and how many came each day; 404 where there is none."""
    found = list_groups(user).filter(pk=group_id).first()
    if found is None:
        raise Http404("No such group.")
    letters = DeadLetter.objects.filter(group=found)
    days = letters.annotate(day=TruncDay("seen_at")).values_list("day").annotate(n=Count("id")).order_by("-day")[:14]
    samples = list(letters.filter(state="open").select_related("stream__source").order_by("-id")[:SAMPLES])
    return GroupCard(found, samples, letters.filter(state="open").count(), sorted(days))


def list_drift(user: User, *, stream_id: int | None = None) -> QuerySet[SchemaDrift]:
    """Changes of columns: what waits first, mapped ones before the others."""
    if not may_see_runs(user):
        return SchemaDrift.objects.none()
    waits = Case(When(state__in=["open", "blocked"], then=Value(0)), default=Value(1), output_field=IntegerField())
    drifts = SchemaDrift.objects.select_related("stream__source", "decided_by").annotate(place=waits)
    drifts = drifts.filter(stream_id=stream_id) if stream_id else drifts
    return drifts.exclude(state="over").order_by("place", "-mapped", "-seen_at", "id")

"""The card of one task: its records side by side, what tells for and against, and what is at stake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounts.access import treatment
from accounts.catalogue import FieldSpec, load
from accounts.models import AccountCrosswalk, AccountSummary, Source, User
from accounts.models.own_field import with_own_fields
from accounts.selectors.counting import MOST_COUNTED, count_each
from syncengine.models import CanonicalAccount, MatchPair, StewardTask
from syncengine.selectors.queue import Asked, judged_fields, list_tasks, sees_amounts, visible_tasks
from syncengine.steward.planted import is_planted

MOST = 12  # records a card shows side by side
# The rest hangs on few kinds of tasks and is read where it is shown: to plan a join of seventeen tables takes longer.
SHOWN_WITH = ("account", "other_account", "assignee")


@dataclass(frozen=True, slots=True)
class Side:
    """One source record of a card, with the customer it is in now."""

    record_id: int
    account_id: int | None
    account_name: str
    source: str
    source_id: int
    source_label: str
    key: str
    observed_at: datetime
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field across the sides: whether they differ, and which side's value stands today."""

    field: FieldSpec
    values: list[Any]
    differs: bool
    golden: Any


@dataclass(frozen=True, slots=True)
class Stake:
    """What hangs on a customer: money and documents, as far as the reader may see them."""

    account_id: int
    revenue_ttm: Decimal | None
    open_receivable: Decimal | None
    order_count: int | None
    contact_count: int


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a steward needs to answer one task."""

    task: StewardTask
    field: FieldSpec | None
    sides: list[Side]
    rows: list[FieldRow]
    evidence: list[dict[str, Any]]
    stakes: list[Stake]
    redacted: list[str]
    position: int  # beyond MOST_COUNTED what is told is one more
    total: int


def get_card(user: User, task_id: int, asked: Asked | None = None) -> Card | None:
    """The card of a task, or None where the person may not see it."""
    task = get_task(user, task_id)
    if task is None:
        return None
    shown, redacted = judged_fields(user)
    sides = _sides(task, shown)
    waiting = list_tasks(user, kind=task.kind, asked=asked)
    counts = count_each({"total": waiting, "before": waiting.filter(priority__gt=task.priority)})
    return Card(
        task=task,
        field=load()["account"].by_code.get(task.field) if task.field else None,
        sides=sides,
        rows=_rows(task, sides, shown),
        evidence=_evidence(task),
        stakes=_stakes(user, task),
        redacted=redacted,
        position=min(counts["before"], MOST_COUNTED) + 1,
        total=counts["total"],
    )


def get_kind(user: User, task_id: int) -> str | None:
    """What kind of question a task asks, or None where the person may not see it."""
    return visible_tasks(user).filter(pk=task_id).values_list("kind", flat=True).first()


def get_task(user: User, task_id: int) -> StewardTask | None:
    """A task, or None where the person may not see it."""
    return visible_tasks(user).select_related(*SHOWN_WITH).filter(pk=task_id).first()


def _sides(task: StewardTask, shown: Sequence[FieldSpec]) -> list[Side]:
    """The judged records first, then the others of the two customers; every member of a conflict's customer."""
    live = CanonicalAccount.objects.select_related("crosswalk__account").filter(live=True)
    records = with_own_fields(live, "account")
    if task.kind == "conflict":
        records = records.filter(crosswalk__account=task.account) if task.account else records.none()
    elif is_planted(task):
        records = records.filter(pk__in=task.records)
    elif task.records:
        both = [pk for pk in (task.account_id, task.other_account_id) if pk]
        # Found in one table: a condition across two would read all of both.
        told = AccountCrosswalk.objects.filter(Q(pk__in=task.records) | Q(account__in=both))
        records = records.filter(crosswalk__in=told.values("pk"))
    else:
        records = records.none()
    sources = {source.pk: source for source in Source.objects.all()}
    found = [_side(record, sources[record.source_id], shown) for record in records.order_by("crosswalk_id")[:MOST]]
    if is_planted(task):  # the name of the customer would tell the answer
        found = [replace(side, account_name=str(side.values.get("name") or side.key)) for side in found]
    return sorted(found, key=lambda side: (side.record_id not in task.records, side.record_id))


def _side(record: CanonicalAccount, source: Source, shown: Sequence[FieldSpec]) -> Side:
    account = record.crosswalk.account
    return Side(
        record_id=record.pk,
        account_id=account.pk if account else None,
        account_name=str(account) if account else "",
        source=source.name,
        source_id=source.pk,
        source_label=source.label,
        key=record.key,
        observed_at=record.modified_at or record.observed_at,
        values={field.name: getattr(record, field.name) for field in shown},
    )


def _rows(task: StewardTask, sides: Sequence[Side], shown: Sequence[FieldSpec]) -> list[FieldRow]:
    golden = task.account
    fields = [field for field in shown if task.field is None or field.code == task.field]
    rows = []
    for field in fields:
        values = [side.values[field.name] for side in sides]
        said = {str(value) for value in values if value not in (None, "", [])}
        if said:
            rows.append(FieldRow(field, values, len(said) > 1, getattr(golden, field.name, None)))
    return sorted(rows, key=lambda row: not row.differs)


def _evidence(task: StewardTask) -> list[dict[str, Any]]:
    if task.kind != "duplicate" or len(task.records) != 2:
        return []
    pair = MatchPair.objects.filter(record_l=min(task.records), record_r=max(task.records)).first()
    return list(pair.evidence) if pair else []


def _stakes(user: User, task: StewardTask) -> list[Stake]:
    ids = [pk for pk in (task.account_id, task.other_account_id) if pk]
    money = sees_amounts(user)
    orders = treatment(user, "order") == "full"
    found = AccountSummary.objects.filter(pk__in=ids).order_by("pk")
    return [
        Stake(
            account_id=row.pk,
            revenue_ttm=row.revenue_ttm if money else None,
            open_receivable=row.open_receivable if money else None,
            order_count=row.order_count if orders else None,
            contact_count=row.contact_count,
        )
        for row in found
    ]

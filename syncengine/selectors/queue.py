"""The steward's queue and the card of one task, as the person asking may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.access import treatment, visible_accounts
from accounts.catalogue import FieldSpec, load
from accounts.models import Account, AccountSummary, Source, User
from syncengine.models import CanonicalAccount, MatchPair, StewardTask

SPEC = load()["account"]
RULES = "identity", "provenance"


@dataclass(frozen=True, slots=True)
class Side:
    """One source record of a card, with the customer it is in now."""

    record_id: int
    account_id: int | None
    account_name: str
    source: str
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
    position: int
    total: int


def list_tasks(user: User, *, kind: str | None = None, state: str = "open") -> QuerySet[StewardTask]:
    """Tasks about customers the person may see, the most valuable first; empty for roles without the desk."""
    if treatment(user, "provenance") not in ("full",):
        return StewardTask.objects.none()
    seen = visible_accounts(user).values("pk")
    tasks = StewardTask.objects.filter(state=state).select_related("account", "other_account", "closed_by")
    tasks = tasks.filter(Q(account__in=seen) | Q(account=None))
    # A conflict shows its field's values: whoever may not see the field is not asked about it.
    tasks = tasks.filter(Q(field=None) | Q(field__in=[field.code for field in _fields(user)[0]]))
    if kind:
        tasks = tasks.filter(kind=kind)
    return tasks.order_by("-value_at_stake", "id") if state == "open" else tasks.order_by("-closed_at", "-id")


def count_tasks(user: User) -> dict[str, int]:
    """Open tasks by kind."""
    counted = list_tasks(user).order_by().values_list("kind").annotate(Count("id"))
    return dict(counted)


def get_card(user: User, task_id: int) -> Card | None:
    """The card of a task, or None where the person may not see it."""
    task = (
        StewardTask.objects.select_related(
            "account", "other_account", "closed_by", "dead_letter__stream__source"
        )
        .filter(pk=task_id)
        .first()
    )
    if task is None or not list_tasks(user, state=task.state).filter(pk=task.pk).exists():
        return None
    shown, redacted = _fields(user)
    sides = _sides(task, shown)
    waiting = list_tasks(user, kind=task.kind)
    return Card(
        task=task,
        field=SPEC.by_code.get(task.field) if task.field else None,
        sides=sides,
        rows=_rows(task, sides, shown),
        evidence=_evidence(task),
        stakes=_stakes(user, task),
        redacted=redacted,
        position=waiting.filter(value_at_stake__gt=task.value_at_stake).count() + 1,
        total=waiting.count(),
    )


def next_task(user: User, *, kind: str | None = None, after: int | None = None) -> StewardTask | None:
    """The next open task of the queue, not the one just answered."""
    tasks = list_tasks(user, kind=kind)
    return tasks.exclude(pk=after).first() if after else tasks.first()


def _fields(user: User) -> tuple[list[FieldSpec], list[str]]:
    plain = [field for field in SPEC.fields.values() if field.type != "reference"]
    shown = [field for field in plain if treatment(user, field.sensitivity) == "full"]
    return shown, [field.label for field in plain if field not in shown]


def _sides(task: StewardTask, shown: Sequence[FieldSpec]) -> list[Side]:
    """The judged records of a duplicate; every member of the customer of a conflict."""
    records = CanonicalAccount.objects.select_related("crosswalk__account").order_by("crosswalk_id")
    if task.records:
        records = records.filter(pk__in=task.records)
    else:
        records = records.filter(crosswalk__account=task.account) if task.account else records.none()
    sources = {source.pk: source for source in Source.objects.all()}
    return [_side(record, sources[record.source_id], shown) for record in records]


def _side(record: CanonicalAccount, source: Source, shown: Sequence[FieldSpec]) -> Side:
    account = record.crosswalk.account
    return Side(
        record_id=record.pk,
        account_id=account.pk if account else None,
        account_name=str(account) if account else "",
        source=source.name,
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
    money = treatment(user, "receivable") == "full"
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


def list_account_tasks(user: User, account: Account) -> QuerySet[StewardTask]:
    """Open tasks about one customer."""
    return list_tasks(user).filter(Q(account=account) | Q(other_account=account))

"""The steward's queue and the card of one task, as the person asking may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.access import scope_of, treatment, visible_accounts
from accounts.catalogue import FieldSpec, load
from accounts.models import Account, AccountSummary, Source, User
from accounts.models.own_field import with_own_fields
from syncengine.models import CanonicalAccount, MatchPair, Opinion, StewardTask
from syncengine.steward.planted import is_planted
from syncengine.steward.worth import BILLING

SPEC = load()["account"]
MOST = 12  # records a card shows side by side
HIGH, MEDIUM = 100_000, 10_000
BILLING_CODES = [SPEC.fields[name].code for name in BILLING if name in SPEC.fields]


def sees_amounts(user: User) -> bool:
    """Whether the reader sees both parts of what is at stake, revenue and receivables, in full."""
    return treatment(user, "receivable") == "full" and treatment(user, "order") == "full"


def band_of(value: Decimal) -> str:
    """What is at stake for readers who may not see the amount."""
    return "high" if value >= HIGH else "medium" if value >= MEDIUM else "low" if value else ""


def _awake(now: datetime) -> Q:
    return Q(snoozed_until=None) | Q(snoozed_until__lte=now)


def _mine_to_answer(user: User) -> Q:
    """Not what one has an opinion on already, nor one's own decision for approval."""
    own = StewardTask.objects.filter(opinions__given_by=user, opinions__batch=None).values("pk")
    return ~Q(pk__in=own) & (~Q(kind="approval") | ~Q(decision__made_by=user))


def _now(user: User, now: datetime) -> Q:
    return _awake(now) & _mine_to_answer(user) & Q(waiting_since=None)


def _end_of(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=23, minute=59, second=59)


# The saved views of the queue: what each holds for a reader at a moment.
VIEWS: dict[str, Callable[[User, datetime], Q]] = {
    "all": _now,
    "mine": lambda user, now: _now(user, now) & Q(assignee=user),
    "unassigned": lambda user, now: _now(user, now) & Q(assignee=None),
    "today": lambda user, now: _now(user, now) & Q(due_at__lte=_end_of(now)),
    "breaching": lambda user, now: _now(user, now) & Q(due_at__lt=now + timedelta(hours=4)),
    "money": lambda user, now: _now(user, now) & (Q(both_open=True) | Q(kind="guard")),
    "sure": lambda user, now: _now(user, now) & Q(kind="duplicate", confidence__gte=0.95),
    "billing": lambda user, now: _now(user, now) & Q(kind="conflict", field__in=BILLING_CODES),
    "approvals": lambda user, now: _now(user, now) & Q(kind="approval"),
    "second": lambda user, now: _now(user, now) & Q(pk__in=Opinion.objects.filter(batch=None).values("task_id")),
    "later": lambda user, now: ~_awake(now) | Q(waiting_since__isnull=False),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the queue is meant."""

    view: str = "all"
    source: str = ""
    rule: str = ""
    least: float | None = None
    most: float | None = None
    country: str = ""
    assignee: str = ""

    def narrow(self, tasks: QuerySet[StewardTask], user: User, now: datetime) -> QuerySet[StewardTask]:
        """Only the tasks asked for."""
        tasks = tasks.filter(VIEWS.get(self.view, _now)(user, now))
        if self.least is not None:
            tasks = tasks.filter(confidence__gte=self.least)
        if self.most is not None:
            tasks = tasks.filter(confidence__lte=self.most)
        if self.rule:
            tasks = tasks.filter(rule=self.rule)
        if self.country:
            tasks = tasks.filter(account__country=self.country)
        if self.assignee:
            tasks = tasks.filter(assignee__email=self.assignee)
        if self.source:
            ids = Source.objects.filter(name=self.source).values_list("pk", flat=True)
            tasks = tasks.filter(Q(account__source_ids__overlap=list(ids)) | Q(dead_letter__stream__source__in=ids))
        return tasks


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
    position: int
    total: int


def list_tasks(
    user: User, *, kind: str | None = None, state: str = "open", asked: Asked | None = None, now: datetime | None = None
) -> QuerySet[StewardTask]:
    """Tasks about customers the person may see, the most pressing first; empty for roles without the desk."""
    if treatment(user, "provenance") not in ("full",):
        return StewardTask.objects.none()
    seen = visible_accounts(user).values("pk")
    tasks = StewardTask.objects.filter(state=state)
    joined = ("account", "other_account", "closed_by", "assignee", "decision__made_by", "dead_letter__stream__source")
    tasks = tasks.select_related(*joined)
    if not scope_of(user).everything:
        tasks = tasks.filter(Q(account__in=seen) | Q(account=None))
    # A conflict shows its field's values: whoever may not see the field is not asked about it.
    tasks = tasks.filter(Q(field=None) | Q(field__in=[field.code for field in _fields(user)[0]]))
    if kind:
        tasks = tasks.filter(kind=kind)
    if asked:
        tasks = asked.narrow(tasks, user, now or timezone.now())
    return tasks.order_by("-priority", "id") if state == "open" else tasks.order_by("-closed_at", "-id")


def count_tasks(user: User) -> dict[str, int]:
    """Open tasks by kind."""
    counted = list_tasks(user).order_by().values_list("kind").annotate(Count("id"))
    return dict(counted)


def count_views(user: User, now: datetime) -> dict[str, int]:
    """How many tasks each view of the queue holds, in one query."""
    tasks = list_tasks(user).order_by()
    counts = {name: Count("id", filter=view(user, now)) for name, view in VIEWS.items()}
    found: dict[str, int] = tasks.aggregate(**counts)
    return found


def get_card(user: User, task_id: int, asked: Asked | None = None) -> Card | None:
    """The card of a task, or None where the person may not see it."""
    task = (
        StewardTask.objects.select_related(
            "account", "other_account", "closed_by", "assignee", "hold", "dead_letter__stream__source",
            "decision__made_by",
        )
        .filter(pk=task_id)
        .first()
    )
    if task is None or not list_tasks(user, state=task.state).filter(pk=task.pk).exists():
        return None
    shown, redacted = _fields(user)
    sides = _sides(task, shown)
    waiting = list_tasks(user, kind=task.kind, asked=asked)
    return Card(
        task=task,
        field=load()["account"].by_code.get(task.field) if task.field else None,
        sides=sides,
        rows=_rows(task, sides, shown),
        evidence=_evidence(task),
        stakes=_stakes(user, task),
        redacted=redacted,
        position=waiting.filter(priority__gt=task.priority).count() + 1,
        total=waiting.count(),
    )


def next_task(
    user: User, *, kind: str | None = None, after: int | None = None, asked: Asked | None = None
) -> StewardTask | None:
    """The next open task of the queue, not the one just answered."""
    tasks = list_tasks(user, kind=kind, asked=asked or Asked())
    return tasks.exclude(pk=after).first() if after else tasks.first()


def _fields(user: User) -> tuple[list[FieldSpec], list[str]]:
    plain = [field for field in load()["account"].fields.values() if field.type != "reference"]
    shown = [field for field in plain if treatment(user, field.sensitivity) == "full"]
    return shown, [field.label for field in plain if field not in shown]


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
        records = records.filter(Q(pk__in=task.records) | Q(crosswalk__account__in=both))
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


def list_account_tasks(user: User, account: Account) -> QuerySet[StewardTask]:
    """Open tasks about one customer."""
    return list_tasks(user).filter(Q(account=account) | Q(other_account=account))

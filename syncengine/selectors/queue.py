"""The steward's queue, as the person asking may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access import scope_of, treatment, visible_accounts
from accounts.catalogue import FieldSpec, load
from accounts.models import Account, ChangeRequest, Source, User
from accounts.selectors.counting import count_each, count_few
from syncengine.models import Decision, Opinion, PolicyDraft, StewardTask
from syncengine.policies import current_policies
from syncengine.steward.approvals import ASKED
from syncengine.steward.worth import BILLING

SPEC = load()["account"]
LISTED_WITH = ("account", "other_account", "closed_by", "assignee")
# What hangs on few kinds of tasks; nothing is asked where no task of a page has it.
SOME_WITH = ("decision__made_by", "dead_letter__stream__source", "request__requested_by", "draft__edited_by")
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
    made = Decision.objects.filter(made_by=user).values("pk")
    return ~Q(pk__in=own) & (~Q(kind="approval") | ~Q(decision__in=made))


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
    "approvals": lambda user, now: _now(user, now) & Q(kind__in=("approval", *ASKED)),
    "second": lambda user, now: _now(user, now) & Q(pk__in=Opinion.objects.filter(batch=None).values("task_id")),
    "later": lambda user, now: Q(snoozed_until__gt=now) | Q(waiting_since__isnull=False),
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


def list_tasks(
    user: User, *, kind: str | None = None, state: str = "open", asked: Asked | None = None, now: datetime | None = None
) -> QuerySet[StewardTask]:
    """Tasks that are the person's to answer, the most pressing first."""
    tasks = visible_tasks(user).filter(state=state).select_related(*LISTED_WITH).prefetch_related(*SOME_WITH)
    if kind:
        tasks = tasks.filter(kind=kind)
    if asked:
        tasks = asked.narrow(tasks, user, now or timezone.now())
    return tasks.order_by("-priority", "id") if state == "open" else tasks.order_by("-closed_at", "-id")


def works_desk(user: User) -> bool:
    """Whether questions of identity and of values are this user's work."""
    return user.role == "steward"


def judges_policies(user: User) -> bool:
    """Whether the user's word on somebody else's policies counts."""
    return user.role in current_policies().approvals.by


def _work_of(user: User) -> Q:
    """The desk is the stewards'; a change is for the roles its request names; nobody judges what they asked for."""
    # As sets of ids: joins would be made for every task, of which hardly one is of these kinds.
    asked = ChangeRequest.objects.filter(approvers__contains=[user.role]).exclude(requested_by=user)
    work = Q(kind="change", request__in=asked.values("pk"))
    if judges_policies(user):
        work |= Q(kind="policy", draft__in=PolicyDraft.objects.exclude(edited_by=user).values("pk"))
    return work | ~Q(kind__in=ASKED) if works_desk(user) else work


def visible_tasks(user: User, which: Q | None = None) -> QuerySet[StewardTask]:
    """Tasks of any state about customers and fields the person may see: those that are theirs to answer unless told."""
    tasks = StewardTask.objects.filter(_work_of(user) if which is None else which)
    if not scope_of(user).everything:
        tasks = tasks.filter(Q(account__in=visible_accounts(user).values("pk")) | Q(account=None))
    # A conflict shows its field's values: whoever may not see the field is not asked about it.
    return tasks.filter(Q(field=None) | Q(field__in=[field.code for field in judged_fields(user)[0]]))


def count_tasks(user: User) -> int:
    """Open tasks that are the person's to answer, as far as anybody counts."""
    return count_few(list_tasks(user))


def count_views(user: User, now: datetime) -> dict[str, int]:
    """How many tasks each view of the queue holds, as far as anybody counts, in one query."""
    tasks = list_tasks(user)
    return count_each({name: tasks.filter(view(user, now)) for name, view in VIEWS.items()})


def next_task(
    user: User, *, kind: str | None = None, after: Collection[int] = (), asked: Asked | None = None
) -> int | None:
    """The next open task of the queue, none of those just answered."""
    tasks = list_tasks(user, kind=kind, asked=asked or Asked()).values_list("pk", flat=True)
    return (tasks.exclude(pk__in=after) if after else tasks).first()


def list_account_tasks(user: User, account: Account) -> QuerySet[StewardTask]:
    """Open tasks about one customer, for whoever may see where its values come from."""
    if treatment(user, "provenance") != "full":
        return StewardTask.objects.none()
    about = Q(account=account) | Q(other_account=account)
    tasks = visible_tasks(user, about & (~Q(kind__in=ASKED) | _work_of(user))).filter(state="open")
    return tasks.select_related(*LISTED_WITH).prefetch_related(*SOME_WITH).order_by("-priority", "id")


def judged_fields(user: User) -> tuple[list[FieldSpec], list[str]]:
    """The customer's fields the reader is asked about, and the labels of those hidden from them."""
    plain = [field for field in load()["account"].fields.values() if field.type != "reference"]
    shown = [field for field in plain if treatment(user, field.sensitivity) == "full"]
    return shown, [field.label for field in plain if field not in shown]

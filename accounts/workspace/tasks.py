"""Things to do about customers."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet

from accounts import audit
from accounts.access import scope_of, treatment
from accounts.models import Account, Task, User
from accounts.workspace.family import account_family
from accounts.workspace.rules import NotAllowed, clean_text, require_sight


def visible_tasks(user: User, account: Account) -> QuerySet[Task]:
    """Tasks on the customer and those merged into it, open ones first, the soonest due before the rest."""
    if treatment(user, "identity") != "full" or not scope_of(user).covers(account):
        return Task.objects.none()
    tasks = Task.objects.filter(account__in=account_family(account), deleted_at__isnull=True)
    order = (F("done_at").desc(nulls_first=True), F("due_date").asc(nulls_last=True), "id")
    return tasks.select_related("assignee").order_by(*order)


@transaction.atomic
def create_task(
    *, account: Account, title: str, by: User, now: datetime, assignee: User | None = None, due_date: date | None = None
) -> Task:
    """A new task, one's own unless given to somebody who sees the customer too."""
    require_sight(by, account)
    doer = assignee or by
    if treatment(doer, "identity") != "full" or not scope_of(doer).covers(account):
        raise NotAllowed(f"{doer} does not see this customer, so the task would never be found.")
    task = Task.objects.create(
        account=account,
        title=clean_text(title, "The task"),
        due_date=due_date,
        assignee=doer,
        created_by=by,
        created_at=now,
    )
    _record(task, "task created", by, now)
    return task


@transaction.atomic
def finish_task(*, task: Task, by: User, now: datetime) -> None:
    """The task is done."""
    _change(task, by, now, "task done", done_at=now, done_by=by)


@transaction.atomic
def reopen_task(*, task: Task, by: User, now: datetime) -> None:
    """The task waits again."""
    _change(task, by, now, "task reopened", done_at=None, done_by=None)


@transaction.atomic
def delete_task(*, task: Task, by: User, now: datetime) -> None:
    """The task is no longer shown; it can be restored."""
    _change(task, by, now, "task deleted", deleted_at=now)


@transaction.atomic
def restore_task(*, task: Task, by: User, now: datetime) -> None:
    """A deleted task is shown again."""
    _change(task, by, now, "task restored", deleted_at=None)


def _change(task: Task, by: User, now: datetime, action: str, **values: object) -> None:
    require_sight(by, task.account)
    Task.objects.filter(pk=task.pk).update(**values)
    _record(task, action, by, now)


def _record(task: Task, action: str, by: User, now: datetime) -> None:
    audit.record(user=by, action=action, object="account", row_id=task.account_id, detail={"task": task.pk}, at=now)

"""What people report as wrong becomes a task for the stewards; who reported it is told what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.access import field_access
from accounts.audit import record
from accounts.catalogue import load
from accounts.models import Account, User
from syncengine.models import StewardTask

WITHIN = timedelta(days=2)
LONGEST = 2000
TOLD_FOR = timedelta(days=14)


class BadReport(ValueError):
    """The report says nothing, or names a field there is not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A report that a steward has settled."""

    account_id: int
    account: str
    field: str
    outcome: str
    closed_at: datetime


@transaction.atomic
def report_problem(*, account: Account, field: str, text: str, by: User, now: datetime) -> StewardTask:
    """One open task a person, customer and field; reporting again adds to what was said."""
    spec = load()["account"].fields.get(field) if field else None
    if field and (spec is None or field in field_access(by, "account").redacted):
        raise BadReport("There is no such field.")
    said = text.replace("\x00", "").strip()[:LONGEST]
    if not said:
        raise BadReport("Say what is wrong, so that a steward can mend it.")
    subject = f"report:{account.pk}:{field}:{by.pk}"
    task, new = StewardTask.objects.get_or_create(
        kind="validation",
        subject=subject,
        state="open",
        defaults={"account": account, "field": spec.code if spec else None, "opened_at": now, "due_at": now + WITHIN},
    )
    task.reason = f"{by} reports: {said}"
    task.evidence = {"reported_by": by.pk, "reporter": str(by), "said": [*task.evidence.get("said", []), said]}
    task.save(update_fields=["reason", "evidence"])
    detail = {"task": task.pk, "field": field, "new": new}
    record(user=by, action="data problem reported", object="account", row_id=account.pk, detail=detail, at=now)
    return task


@transaction.atomic
def answer_report(*, task: StewardTask, outcome: str, by: User, now: datetime) -> None:
    """The report is settled; the words go to who reported it."""
    said = outcome.replace("\x00", "").strip()[:LONGEST]
    if not said:
        raise BadReport("Say what came of it, so that the reporter knows.")
    settled = StewardTask.objects.filter(pk=task.pk, state="open", subject__startswith="report:")
    if not settled.update(state="done", outcome=said, closed_by=by, closed_at=now):
        raise BadReport("Somebody has answered this report before.")
    detail = {"task": task.pk, "outcome": said}
    record(user=by, action="report answered", object="account", row_id=task.account_id, detail=detail, at=now)


def list_answers(user: User, now: datetime) -> list[Answer]:
    """What became of the person's own reports lately."""
    tasks = StewardTask.objects.filter(
        kind="validation", evidence__reported_by=user.pk, closed_at__gte=now - TOLD_FOR
    ).select_related("account")
    fields = load()["account"].by_code
    return [
        Answer(
            account_id=task.account_id or 0,
            account=str(task.account),
            field=fields[task.field].label if task.field in fields else "",
            outcome=task.outcome or "settled",
            closed_at=task.closed_at,
        )
        for task in tasks.order_by("-closed_at")[:5]
        if task.closed_at is not None
    ]

"""The parts of home that are a person's own: tasks, answers to reports, the customers looked at last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.access import visible_accounts
from accounts.models import Account, Task, User
from accounts.selectors.search_more import recent_customers
from dashboards.panels.own import writes
from dashboards.templatetags.figures import day
from syncengine.steward.reports import list_answers

TODO = 8


@dataclass(frozen=True)
class Row:
    """One line of a part of home."""

    title: str
    text: str
    figure: str
    url: str
    tone: str = ""
    figure_tone: str = ""


@dataclass(frozen=True)
class Part:
    """A part of home with its lines and the way to all of them."""

    name: str
    title: str
    rows: Sequence[Row]
    url: str = ""
    more: str = ""
    nothing: str = ""


def own_tasks(user: User, today: date) -> list[Any]:
    """What the person has to do, the soonest due first, about customers still in sight."""
    if not writes(user):
        return []
    seen = visible_accounts(user).values("pk")
    mine = Task.objects.filter(assignee=user, done_at=None, deleted_at=None, account__in=seen)
    return list(mine.select_related("account").order_by("due_date", "id")[:TODO])


def side_parts(user: User, now: datetime) -> list[Part]:
    """Answers to reports and the customers looked at last."""
    answers = [
        Row(answer.account, f"{answer.field or 'Report'}: {answer.outcome}", day(answer.closed_at),
            reverse("customer", args=[answer.account_id]))
        for answer in list_answers(user, now)
    ]  # fmt: skip
    recent = [_recent(account) for account in recent_customers(user)] if writes(user) else []
    parts = [Part("answers", "Your reports, settled", answers), Part("recent", "Seen lately", recent)]
    return [part for part in parts if part.rows]


def _recent(account: Account) -> Row:
    place = ", ".join(part for part in (account.city, account.country) if part)
    return Row(str(account), place, "", reverse("customer", args=[account.pk]))

"""The parts of home beside what needs attention: one's own tasks, answers to reports, the latest, the largest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.access import visible_accounts
from accounts.models import Account, Task, User
from accounts.selectors.groups import Group, group_customers, groupings_of
from accounts.selectors.leaders import list_leaders
from accounts.selectors.search_more import recent_customers
from dashboards.panels.own import writes
from dashboards.templatetags.figures import day, number, percent, short_money
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


@dataclass(frozen=True)
class Part:
    """A part of home with its lines and the way to all of them."""

    name: str
    title: str
    rows: Sequence[Row]
    url: str = ""
    more: str = ""


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


def main_parts(user: User, currency: str) -> list[Part]:
    """Who the largest customers are, for who answers for the whole; segments, for who speaks to them."""
    if user.role == "executive":
        return [_leaders(user, currency)]
    if user.role == "marketing" and "segment" in groupings_of(user):
        return [_segments(user)]
    return []


def _recent(account: Account) -> Row:
    place = ", ".join(part for part in (account.city, account.country) if part)
    return Row(str(account), place, "", reverse("customer", args=[account.pk]))


def _leaders(user: User, currency: str) -> Part:
    rows = []
    for leader in list_leaders(user):
        change = (leader.revenue - leader.previous) / leader.previous if leader.previous else None
        moved = f"{'+' if change > 0 else ''}{percent(change)} against the year before" if change is not None else "New"
        tone = "bad" if change is not None and change < 0 else ""
        url = reverse("customer", args=[leader.account_id])
        rows.append(Row(leader.name, moved, short_money(leader.revenue, currency), url, tone))
    return Part("leaders", "Largest customers", rows, reverse("customers") + "?sort=-revenue", "All by revenue")


def _segments(user: User) -> Part:
    groups = group_customers(user, visible_accounts(user), "segment")[:8]
    rows = [
        Row(group.label or "No segment", "", f"{number(group.count)} customers", _address(group)) for group in groups
    ]
    return Part("segments", "Segments", rows, reverse("customers") + "?group=segment", "All segments")


def _address(group: Group) -> str:
    wanted = f"segment={group.value}" if group.value else "missing=segment"
    return f"{reverse('customers')}?{wanted}"

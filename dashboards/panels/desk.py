"""The list of the steward's desk: its views, filters, and how each task reads in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.panels.tasks import KINDS, task_rows
from syncengine.models import StewardTask
from syncengine.selectors.queue import Asked, count_views, sees_amounts, works_desk
from syncengine.steward.approvals import ASKED
from syncengine.steward.worth import FORMULA

VIEWS = {
    "all": "Everything",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "today": "Due today",
    "breaching": "Breaching",
    "money": "Money at risk",
    "sure": "Duplicates ≥ 0.95",
    "billing": "Billing fields",
    "approvals": "Approvals for me",
    "second": "Second opinion",
    "later": "Put aside",
}
FOR_STEWARDS = ("money", "sure", "billing", "second")  # views that hold nothing for others
NAMES = ("view", "kind", "source", "rule", "least", "most", "country", "assignee")


@dataclass(frozen=True)
class View:
    """One saved view of the queue."""

    name: str
    label: str
    query: str
    current: bool
    count: int


@dataclass(frozen=True)
class QueryOf:
    """What the address asks for, so that cards lead to the next card of the same view."""

    request: HttpRequest

    @property
    def values(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: self.request.GET[name] for name in NAMES if self.request.GET.get(name)}

    @property
    def text(self) -> str:
        """The filters as the end of an address; nothing without any."""
        return f"?{urlencode(self.values)}" if self.values else ""

    def with_(self, **changes: str) -> str:
        """The address with some filters changed."""
        changed = {name: value for name, value in (self.values | changes).items() if value}
        return f"?{urlencode(changed)}" if changed else "?"


def asked_of(request: HttpRequest) -> Asked:
    """The part of the queue an address asks for; what cannot be read is left out."""
    given = {name: request.GET.get(name, "").strip() for name in ("source", "rule", "country", "assignee")}
    view = request.GET.get("view", "all")
    least, most = (_share(request.GET.get(name, "")) for name in ("least", "most"))
    return Asked(view=view if view in VIEWS else "all", least=least, most=most, **given)


def filters_of(request: HttpRequest) -> dict[str, str]:
    """What the filters of the list show as set."""
    return {name: request.GET.get(name, "") for name in NAMES}


def queue_view(
    user: User, tasks: Sequence[StewardTask], *, now: datetime, kind: str | None, done: bool, query: QueryOf
) -> dict[str, Any]:
    """Everything the list's template shows."""
    counts, desk = count_views(user, now), works_desk(user)
    current = query.values.get("view", "all")
    return {
        "rows": task_rows(tasks, now, amounts=sees_amounts(user)),
        "kind": kind,
        "desk": desk,
        "kinds": KINDS if desk else {name: KINDS[name] for name in ASKED},
        "done": done,
        "currency": base_currency(),
        "views": [
            View(name, label, query.with_(view=name.replace("all", "")), name == current and not done, counts[name])
            for name, label in VIEWS.items()
            if desk or name not in FOR_STEWARDS
        ],
        "formula": FORMULA,
        "query": query.text,
        "stewards": User.objects.filter(role="steward", is_active=True).order_by("email")[:50],
    }


def _share(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None

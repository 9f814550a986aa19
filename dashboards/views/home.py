"""Home by role."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import workspace
from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.pages import fragment, page, reader, reads, wants
from dashboards.panels.headlines.headline import Headline
from dashboards.panels.headlines.operations import people_headlines, sync_headlines
from dashboards.panels.home import attention, home_headlines, is_large
from dashboards.panels.home_parts import own_tasks, side_parts
from dashboards.panels.home_roles import Morning, pictures, role_parts
from dashboards.panels.sync import BoardLine, board
from dashboards.shell import may_administer
from dashboards.toasts import back, say
from dashboards.undo import ticket
from syncengine.selectors.sync import may_see_runs


@reads
def home(request: HttpRequest) -> HttpResponse:
    """What needs this user today, and how fresh the data is."""
    user, currency, now = reader(request), base_currency(), timezone.now()
    large = is_large(user)  # then figures, list and parts follow the page
    lines = _board(user, now)
    context = {
        "today": timezone.localdate(),
        "now": now,
        "greeting": _greeting(timezone.localtime(now).hour),
        "headlines": None if large else _headlines(user, lines),
        "tasks": own_tasks(user, timezone.localdate()),
        "beside": side_parts(user, now),
        "items": None if large else attention(user, now, currency),
        "large": large,
        "troubled": [line for line in lines if line.tone in ("warn", "bad")],
        "operates": bool(lines),
        "connects": may_see_runs(user),
    } | ({} if large else _parts(user))
    return page(request, "dashboards/home/page.html", context, current="home")


@reads
def figures(request: HttpRequest) -> HttpResponse:
    """The headline figures alone, for companies where summing takes longer than a page may."""
    context = {"headlines": _headlines(reader(request), _board(reader(request), timezone.now()))}
    return fragment(request, "dashboards/customer/_headlines.html", context)


@reads
def attention_list(request: HttpRequest) -> HttpResponse:
    """Who needs attention, alone."""
    return fragment(request, "dashboards/home/_attention.html", _items(reader(request)))


@reads
def parts(request: HttpRequest) -> HttpResponse:
    """The parts of the role, alone."""
    return fragment(request, "dashboards/home/_parts.html", _parts(reader(request)) | {"large": True})


@require_POST
@login_required
def aside(request: HttpRequest) -> HttpResponse:
    """Puts one line aside for a week."""
    user, line = reader(request), request.POST.get("line", "")
    try:
        until = workspace.put_aside(line=line, by=user, now=timezone.now())
    except workspace.BadLine as error:
        messages.error(request, str(error))
        return back(request, "/")
    say(request, f"Put aside until {timezone.localdate(until):%-d %b}.", ticket(user, "bring back", line=line))
    if wants(request, "attention"):
        return fragment(request, "dashboards/home/_aside.html", _items(user))
    return back(request, "/")


def _items(user: User) -> dict[str, Any]:
    now = timezone.now()
    return {"items": attention(user, now, base_currency()), "now": now}


def _board(user: User, now: datetime) -> list[BoardLine]:
    return board(user, now) if may_see_runs(user) else []


def _headlines(user: User, lines: Sequence[BoardLine]) -> list[Headline]:
    """Of all customers the user sees, then of what else is the role's to look after."""
    own = people_headlines() if may_administer(user) else sync_headlines(lines)
    return home_headlines(user, base_currency()) + own


def _parts(user: User) -> dict[str, Any]:
    morning = Morning(user, timezone.now(), base_currency())
    return {"pictures": pictures(morning), "parts": role_parts(morning)}


def _greeting(hour: int) -> str:
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"

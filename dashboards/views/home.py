"""Home by role."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.selectors.money import base_currency
from dashboards.pages import fragment, page, reader, reads
from dashboards.panels.home import attention, home_headlines, is_large
from dashboards.panels.home_parts import main_parts, own_tasks, side_parts
from dashboards.panels.sync import board
from syncengine.selectors.sync import may_see_runs


@reads
def home(request: HttpRequest) -> HttpResponse:
    """What needs this user today, and how fresh the data is."""
    user, currency = reader(request), base_currency()
    large = is_large(user)  # then figures and list follow the page
    lines = board(user, timezone.now()) if may_see_runs(user) else []
    context = {
        "today": timezone.localdate(),
        "now": timezone.now(),
        "headlines": None if large else home_headlines(user, currency),
        "tasks": own_tasks(user, timezone.localdate()),
        "parts": [] if large and user.role == "marketing" else main_parts(user, currency),
        "beside": side_parts(user, timezone.now()),
        "items": None if large else attention(user, timezone.localdate(), currency),
        "troubled": [line for line in lines if line.tone in ("warn", "bad")],
        "operates": bool(lines),
    }
    return page(request, "dashboards/home/page.html", context, current="home")


@reads
def figures(request: HttpRequest) -> HttpResponse:
    """The headline figures alone, for companies where summing takes longer than a page may."""
    context = {"headlines": home_headlines(reader(request), base_currency())}
    return fragment(request, "dashboards/customer/_headlines.html", context)


@reads
def attention_list(request: HttpRequest) -> HttpResponse:
    """Who needs attention, alone."""
    items = attention(reader(request), timezone.localdate(), base_currency())
    return fragment(request, "dashboards/home/_attention.html", {"items": items, "now": timezone.now()})

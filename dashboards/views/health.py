"""Health across customers, its back-test, and the pulse people give."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import get_account_or_404, treatment
from accounts.health.portfolio import Portfolio, get_portfolio, latest_backtest
from accounts.health.pulse import PulseRefused, give_pulse, withdraw_pulse
from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.pages import allowed, fragment, page, reader
from dashboards.panels.home import is_large
from dashboards.toasts import back, say


def may_see_health(user: User) -> bool:
    """Whether health is something this role works with."""
    return treatment(user, "health") in ("full", "summary")


@allowed(may_see_health)
def portfolio(request: HttpRequest) -> HttpResponse:
    """How healthy the customers are; of a large company the figures follow the page."""
    found = None if is_large(reader(request)) else get_portfolio(reader(request))
    return page(request, "dashboards/health/portfolio.html", _context(request, found), current="health")


@allowed(may_see_health)
def figures(request: HttpRequest) -> HttpResponse:
    """The figures alone."""
    context = _context(request, get_portfolio(reader(request)))
    return fragment(request, "dashboards/health/_portfolio.html", context)


def _context(request: HttpRequest, found: Portfolio | None) -> dict[str, object]:
    most = max((count for _, count in found.spread), default=0) if found else 0
    return {
        "portfolio": found,
        "spread": [(low, low + 10, count, count / most if most else 0) for low, count in found.spread] if found else [],
        "finding": _finding(found) if found else "",
        "currency": base_currency(),
        "backtest": latest_backtest(reader(request)),
    }


def _finding(found: Portfolio) -> str:
    if not found.scored:
        return "No customer has a band yet"
    share = Decimal(found.bands["risk"]) / found.scored
    return f"{found.bands['risk']:,} of {found.scored:,} customers with a band are at risk ({share * 100:.0f} %)"


@allowed(lambda user: treatment(user, "health") == "full")
def backtest(request: HttpRequest) -> HttpResponse:
    """What the score would have said against what happened."""
    context = {"backtest": latest_backtest(reader(request))}
    crumbs = [("Health", reverse("health")), ("Back-test", None)]
    return page(request, "dashboards/health/backtest.html", context, current="health", crumbs=crumbs)


@require_POST
@login_required
def pulse(request: HttpRequest, id: int) -> HttpResponse:
    """Gives points by hand, or withdraws them."""
    user, account, now = reader(request), get_account_or_404(reader(request), id), timezone.now()
    try:
        if request.POST.get("withdraw"):
            withdraw_pulse(account=account, by=user, at=now)
            say(request, "Pulse withdrawn.")
        else:
            points = request.POST.get("points", "")
            number = int(points) if points.lstrip("+-").isdecimal() else 0
            give_pulse(account=account, points=number, reason=request.POST.get("reason", ""), by=user, at=now)
            say(request, "Pulse given; it counts for 60 days.")
    except PulseRefused as why:
        messages.error(request, str(why))
    return back(request, reverse("tab", args=[account.pk, "health"]))

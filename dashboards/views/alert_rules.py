"""The rules of alerts through their four steps: set and checked, tried on history, put in force, taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.alerts.backtest import try_rules
from accounts.alerts.rules import AlertRules, BadRule
from accounts.alerts.versions import (
    NotTheirs,
    StaleRules,
    altered,
    apply_rules,
    may_set_rules,
    revert_rules,
    rules_in_force,
    version_in_force,
)
from accounts.models import AlertVersion, User
from dashboards.pages import allowed, page, reader
from dashboards.panels.alert_rules import changes_of, finding, list_rules
from dashboards.toasts import say
from syncengine.selectors.policies import may_see_rules


def may_see(user: User) -> bool:
    """Whose business the thresholds are."""
    return may_see_rules(user) or may_set_rules(user)


@allowed(may_see)
def alert_rules(request: HttpRequest) -> HttpResponse:
    """What holds now; a sent form is tried on history or put in force."""
    user, now = reader(request), timezone.now()
    if request.method != "POST":
        return _page(request, rules_in_force(), {})
    if not may_set_rules(user):
        messages.error(request, str(NotTheirs("Setting alert rules is for stewards and administrators.")))
        return redirect("alert_rules")
    changes = changes_of(request.POST.dict())
    try:
        wanted = altered(changes)
        if request.POST.get("step") == "apply":
            return _apply(request, changes, user, now)
    except (BadRule, StaleRules) as error:
        return _page(request, rules_in_force(), {"mistakes": str(error).splitlines()}, status=422)
    return _tried(request, wanted, now)


def _apply(request: HttpRequest, changes: dict[str, Any], user: User, now: datetime) -> HttpResponse:
    base = request.POST.get("base", "0")
    number = int(base) if base.isdecimal() and len(base) < 10 else 0
    row = apply_rules(changes=changes, base=number, by=user, at=now, note=request.POST.get("note", ""))
    say(request, f"Version {row.number} is in force; customers follow with their next look.")
    return redirect("alert_rules")


def _tried(request: HttpRequest, wanted: AlertRules, now: datetime) -> HttpResponse:
    today = timezone.localdate(now)
    before, after = try_rules(rules_in_force(), today=today), try_rules(wanted, today=today)
    context = {"trial": after, "before": before, "finding": finding(before, after),
               "rules": list_rules(wanted, before, after), "wanted": wanted}  # fmt: skip
    return _page(request, wanted, context)


@require_POST
@allowed(may_see)
def revert(request: HttpRequest, number: int) -> HttpResponse:
    """An earlier version holds again, as a new one."""
    try:
        row = revert_rules(number=number, by=reader(request), at=timezone.now())
    except (NotTheirs, StaleRules, BadRule) as error:
        messages.error(request, str(error))
    else:
        say(request, f"Version {row.number} is in force: the rules of version {number}.")
    return redirect("alert_rules")


def _page(request: HttpRequest, rules: AlertRules, more: dict[str, Any], status: int = 200) -> HttpResponse:
    current = version_in_force()
    context = {
        "rules": list_rules(rules), "known": rules, "current": current, "may_set": may_set_rules(reader(request)),
        "note": request.POST.get("note", ""),
        "versions": AlertVersion.objects.select_related("applied_by").order_by("-number")[:10],
    } | more  # fmt: skip
    crumbs = [("Alerts", reverse("alerts")), ("Rules", None)]
    template = "dashboards/alerts/rules.html"
    return page(request, template, context, current="alerts", crumbs=crumbs, status=status)

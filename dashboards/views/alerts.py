"""The inbox of alerts, and how each person wants to be told."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.alerts import handling
from accounts.alerts.inbox import get_alert, list_alerts, rules_of, told, visible_alerts
from accounts.filtersets import AlertFilter, FilterRefused
from accounts.models import AlertDelivery, AlertPreference, User
from accounts.selectors.money import base_currency
from accounts.selectors.paging import BadCursor
from dashboards.pages import fragment, page, reader, reads, wants
from dashboards.panels.address import link
from dashboards.panels.alert_rules import thresholds_of
from dashboards.toasts import back, say
from dashboards.views.alert_rules import may_see

STATES = (
    ("waiting", "Waiting"), ("acknowledged", "Taken up"), ("snoozed", "Asleep"), ("muted", "Muted"), ("closed", "Over"),
)  # fmt: skip
SLEEPS = (("1", "Tomorrow"), ("7", "A week"), ("30", "A month"))


@reads
def alerts(request: HttpRequest) -> HttpResponse:
    """Alerts as the address says; those that wait for the reader's role unless told otherwise."""
    user, params, now = reader(request), request.GET, timezone.now()
    given = {name: value for name, value in params.items() if name not in ("cursor", "all")}
    given = {"state": "waiting"} | given | ({} if params.get("all") else {"mine": "true"})
    try:
        rows = AlertFilter.of(user, given, visible_alerts(user)).qs
        found = list_alerts(rows, now=now, cursor=params.get("cursor") or None)
    except (FilterRefused, BadCursor) as error:
        raise BadRequest(str(error)) from error
    context = {
        "rows": found.rows,
        "next": link(params, cursor=found.next) if found.next else "",
        "previous": link(params, cursor=found.previous) if found.previous else "",
        "rules": [(rule.name, rule.label) for rule in rules_of(user)],
        "sleeps": SLEEPS,
        "currency": base_currency(),
        "now": now,
        "may_see_rules": may_see(user),
    } | _ways(params, str(given["state"]))
    if wants(request, "results"):
        return fragment(request, "dashboards/alerts/_rows.html", context)
    return page(request, "dashboards/alerts/page.html", context, current="alerts")


def _ways(params: QueryDict, state: str) -> dict[str, object]:
    """Where the page leads from what the address asks: other states, other people's alerts."""
    return {
        "tabs": [(label, link(params, state=name, cursor=None), name == state) for name, label in STATES],
        "everything": (link(params, all=None if params.get("all") else "1", cursor=None), bool(params.get("all"))),
        "rule": params.get("rule", ""),
        "state": state,
    }


@reads
def alert(request: HttpRequest, id: int) -> HttpResponse:
    """One alert with what it tells, and to whom it was sent."""
    found = get_alert(reader(request), id)
    row = told([found], timezone.now())[0]
    context = {
        "row": row,
        "sent": AlertDelivery.objects.filter(alert_ids__contains=[id], user=reader(request)).order_by("-id")[:10],
        "sleeps": SLEEPS,
        "currency": base_currency(),
        "now": timezone.now(),
    }
    crumbs = [("Alerts", "/alerts/"), (row.rule.label, None)]
    return page(request, "dashboards/alerts/alert.html", context, current="alerts", crumbs=crumbs)


@require_POST
@login_required
def act(request: HttpRequest, id: int, name: str) -> HttpResponse:
    """Takes an alert up, puts it to sleep or wakes it."""
    user, now = reader(request), timezone.now()
    found = get_alert(user, id)
    try:
        if name == "acknowledge":
            handling.acknowledge(alert=found, by=user, at=now)
            say(request, "Taken up. It closes by itself once it is no longer so.")
        elif name == "snooze":
            days = request.POST.get("days", "7")
            until = now + timedelta(days=int(days) if days.isdecimal() and len(days) < 4 else 7)
            handling.snooze(alert=found, until=until, reason=request.POST.get("reason", ""), by=user, at=now)
            say(request, f"Asleep until {until:%-d %b}.")
        elif name == "wake":
            handling.wake(alert=found, by=user, at=now)
            say(request, "It waits again.")
        else:
            raise BadRequest(f"There is no act {name!r}.")
    except (handling.AlertClosed, handling.BadSnooze) as error:
        messages.error(request, str(error))
    return back(request, "/alerts/")


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """How the reader is told beside the portal."""
    user, problem = reader(request), ""
    if request.method == "POST":
        try:
            _keep(request, user)
        except handling.BadWebhook as error:
            problem = str(error)
        else:
            say(request, "Kept. It holds for what happens from now on.")
            return redirect("alert_preferences")
    found = AlertPreference.objects.filter(user=user).first()
    context = {
        "preference": found or AlertPreference(user=user),
        "saved": found is not None,
        "problem": problem,
        "deliveries": AlertDelivery.objects.filter(user=user).order_by("-id")[:20],
        "rules": [(rule, thresholds_of(rule)) for rule in rules_of(user) if user.role in rule.roles],
    }
    crumbs = [("Alerts", "/alerts/"), ("How you are told", None)]
    template = "dashboards/alerts/preferences.html"
    return page(request, template, context, current="alerts", crumbs=crumbs, status=422 if problem else 200)


def _keep(request: HttpRequest, user: User) -> None:
    given = request.POST
    handling.set_preference(
        user=user,
        digest_mail=given.get("digest_mail") == "on",
        instant_mail=given.get("instant_mail") == "on",
        webhook_url=given.get("webhook_url", "").strip(),
        at=timezone.now(),
    )

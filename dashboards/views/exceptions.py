"""Exceptions: the list to work through, one with both its sides, and what people decide about it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from accounts.access import scope_of
from accounts.filtersets import ExceptionFilter, FilterRefused
from accounts.models import ProcessException, User
from accounts.quote_to_cash import handling
from accounts.quote_to_cash.acceptances import get_acceptance, list_acceptances
from accounts.quote_to_cash.reading import get_exception, neighbours, page_of, told, visible_exceptions
from accounts.quote_to_cash.rules import exception_rules, visible_rules
from accounts.selectors.money import base_currency
from accounts.selectors.paging import BadCursor
from dashboards.pages import allowed, fragment, page, reader, wants
from dashboards.panels.address import link
from dashboards.panels.exceptions import STATE_WORDS, detail_of, lines_of, rule_options
from dashboards.toasts import say
from dashboards.views.q2c import ROOT, renew_soon


def may_see(user: User) -> bool:
    """Whether at least one rule's documents are the user's to see."""
    return bool(visible_rules(user))


@allowed(may_see)
def exceptions(request: HttpRequest) -> HttpResponse:
    """A page of exceptions as the address says; open ones unless a state is named."""
    user, params = reader(request), request.GET
    given = {name: value for name, value in params.items() if name != "cursor"}
    given |= {} if "state" in given or "open" in given else {"open": "true"}
    sort = "-at_stake" if ExceptionFilter.allows(user, "at_stake__gte") else "-changed_at"
    try:
        rows = ExceptionFilter.of(user, given, visible_exceptions(user)).qs
        found = page_of(rows, sort=sort, cursor=params.get("cursor") or None, limit=50)
    except (FilterRefused, BadCursor) as error:
        raise BadRequest(str(error)) from error
    context = {
        "lines": lines_of(told(user, found.rows)),
        "next": link(params, cursor=found.next) if found.next else "",
        "previous": link(params, cursor=found.previous) if found.previous else "",
        "rules": rule_options(visible_rules(user)),
        "states": list(STATE_WORDS.items()),
        "teams": sorted({rule.team for rule in visible_rules(user).values()}),
        "params": params,
        "currency": base_currency(),
    }
    if wants(request, "results"):
        return fragment(request, "dashboards/q2c/_results.html", context)
    crumbs = [ROOT, ("Exceptions", None)]
    return page(request, "dashboards/q2c/exceptions.html", context, current="q2c", crumbs=crumbs)


@allowed(may_see)
def accepted(request: HttpRequest) -> HttpResponse:
    """Accepted differences that hold, or with past= those that are over."""
    today, past = timezone.localdate(), request.GET.get("past") == "true"
    context = {
        "rows": list_acceptances(reader(request), today=today, past=past),
        "past": past,
        "today": today,
        "currency": base_currency(),
    }
    crumbs = [ROOT, ("Exceptions", reverse("exceptions")), ("Accepted differences", None)]
    return page(request, "dashboards/q2c/accepted.html", context, current="q2c", crumbs=crumbs)


@require_POST
@allowed(may_see)
def end(request: HttpRequest, id: int) -> HttpResponse:
    """An accepted difference counts again from now on."""
    user, now = reader(request), timezone.now()
    try:
        concerned = handling.end_acceptance(acceptance=get_acceptance(user, id), by=user, at=now)
    except handling.Refused as error:
        say(request, str(error))
        return redirect("accepted")
    renew_soon(concerned)
    say(request, f"Ended. Where documents of {len(concerned)} of its customers still differ, exceptions open again.")
    return redirect("accepted")


@allowed(may_see)
def exception(request: HttpRequest, id: int) -> HttpResponse:
    """One exception."""
    return _show(request, id)


@require_POST
@allowed(may_see)
def act(request: HttpRequest, id: int, name: str) -> HttpResponse:
    """Assigns, comments, gives a reason, changes the state or accepts the difference."""
    user, found = reader(request), get_exception(reader(request), id).exception
    try:
        words = _acted(request, user, found, name)
    except handling.Refused as error:
        return _show(request, id, problem=str(error), status=422)
    say(request, words)
    following = neighbours(visible_exceptions(user), found) if name in ("state", "accept") else None
    if request.POST.get("state") in ("new", "waiting"):
        following = None
    return redirect("exception", id=following or id)


def _acted(request: HttpRequest, user: User, found: ProcessException, name: str) -> str:
    given, now = request.POST, timezone.now()
    if name == "assign":
        who = given.get("to", "")
        to = user if who == "me" else User.objects.filter(pk=who if who.isdecimal() else 0).first()
        handling.assign(exception=found, to=to, by=user, at=now)
        return f"Assigned to {to}." if to else "Nobody's for now."
    if name == "reason":
        handling.set_reason(exception=found, reason=given.get("reason", ""), by=user, at=now)
        return "Reason kept."
    if name == "comment":
        handling.comment(exception=found, text=given.get("text", ""), by=user, at=now)
        return "Comment kept."
    if name == "state":
        handling.set_state(exception=found, state=given.get("state", ""), text=given.get("text", ""), by=user, at=now)
        return f"{STATE_WORDS[given['state']]}."
    if name == "accept":
        return _accepted(request, user, found)
    raise BadRequest(f"There is no act {name!r}.")


def _accepted(request: HttpRequest, user: User, found: ProcessException) -> str:
    given = request.POST
    try:
        until = parse_date(given.get("until", ""))
    except ValueError:  # the thirtieth of February
        until = None
    if until is None:
        raise handling.Refused("Name the day until which the difference is accepted.")
    try:
        up_to = Decimal(given["up_to"].replace(",", "")) if given.get("up_to") else None
    except InvalidOperation as error:
        raise handling.Refused("The amount is no number.") from error
    if up_to is not None and not up_to.is_finite():
        raise handling.Refused("The amount is no number.")
    handling.accept(
        exception=found, reason=given.get("reason", ""), until=until, by=user, at=timezone.now(), up_to=up_to,
        whole_company=given.get("scope") == "all",
    )  # fmt: skip
    return f"Accepted until {until}. It opens again then."


def _show(request: HttpRequest, id: int, problem: str = "", status: int = 200) -> HttpResponse:
    user = reader(request)
    row = get_exception(user, id)
    context = {
        "detail": detail_of(user, row),
        "problem": problem,
        "next": neighbours(visible_exceptions(user), row.exception),
        "currency": base_currency(),
        "for_all": scope_of(user).everything,
        "today": timezone.localdate(),
        "rule_label": exception_rules().rules[row.exception.rule].label,
    }
    crumbs = [ROOT, ("Exceptions", reverse("exceptions")), (row.exception.label or row.document, None)]
    return page(request, "dashboards/q2c/exception.html", context, current="q2c", crumbs=crumbs, status=status)

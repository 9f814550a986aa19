"""The list of customers: views, search, filters, sort, columns, groups, pages by key, and the same as CSV."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.access import listed_accounts
from accounts.filtersets import AccountFilter, FilterRefused
from accounts.models import Account, User
from accounts.selectors.customers import (
    BadSort,
    count_customers,
    estimate_customers,
    list_customers,
    sorts_of,
    total_customers,
)
from accounts.selectors.export import csv_rows
from accounts.selectors.groups import BadGrouping, group_customers
from accounts.selectors.list_columns import BadColumn
from accounts.selectors.money import base_currency
from accounts.selectors.paging import BadCursor
from accounts.workspace import followed_among
from dashboards.pages import fragment, page, reader, reads, wants
from dashboards.panels.filters import Listing, controls_of, named_totals
from dashboards.panels.groups import group_table
from dashboards.panels.list_state import ListState
from dashboards.panels.own import writes
from dashboards.panels.question import question_of
from dashboards.panels.views import SHARED, view_tabs

# More takes longer to count than to list; the exact number follows with the sums.
COUNTED = 1_000
REFUSED = (BadSort, BadCursor, BadColumn, BadGrouping, FilterRefused, ValidationError)


@reads
def customers(request: HttpRequest) -> HttpResponse:
    """A page of customers as the address says; only its rows where htmx asks for them."""
    user, state = reader(request), ListState.of(request.GET)
    asked = question_of(user, state.filters.get("where", ""))
    try:
        context = _listing(user, state, wrong=bool(asked.problem)) | {"question": asked}
    except REFUSED as error:
        raise BadRequest(_why(error)) from error
    if wants(request, "results"):
        return fragment(request, "dashboards/customers/_swap.html", context)
    context |= {"controls": controls_of(user, state)}
    status = 400 if asked.problem else 200
    return page(request, "dashboards/customers/page.html", context, current="customers", status=status)


@login_required
def question(request: HttpRequest) -> HttpResponse:
    """Whether a question can be asked as it is written so far, and where it goes wrong."""
    context = {"question": question_of(reader(request), request.GET.get("where", ""))}
    return fragment(request, "dashboards/customers/_asked.html", context)


def _listing(user: User, state: ListState, *, wrong: bool = False) -> dict[str, Any]:
    """What the page shows; of a question that cannot be asked no customer, so that it can be put right in place."""
    found = listed_accounts(user).none() if wrong else filtered(user, state)
    rows = list_customers(user, found, sort=_sort(user, state), cursor=state.cursor or None, chosen=state.columns)
    listing, count = Listing(user, state, rows), estimate_customers(found, exact_up_to=COUNTED)
    # Sums over many rows take longer than the rows themselves, so the page asks for them afterwards.
    totals = total_customers(user, found) if count.exact else None
    groups = group_table(group_customers(user, found, state.group), state) if state.group and count.exact else None
    return {
        "page": rows,
        "listing": listing,
        "state": state,
        "views": view_tabs(user, state),
        "shares": [(name, label) for name, label in SHARED.items() if name != "team"],
        "teams": list(user.groups.all()),
        "count": count,
        "totals": None if totals is None else named_totals(totals),
        "footer": listing.footer(totals),
        "groups": groups,
        "currency": base_currency(),
        "stars": followed_among(user, [row.id for row in rows.rows]) if writes(user) else None,
    }


@reads
def totals(request: HttpRequest) -> HttpResponse:
    """Exact count and sums of the same filters, for beside the rows."""
    user = reader(request)
    found = _filtered(request)
    context = {
        "count": count_customers(found),
        "totals": named_totals(total_customers(user, found)),
        "currency": base_currency(),
    }
    return fragment(request, "dashboards/customers/_totals.html", context)


@reads
def groups(request: HttpRequest) -> HttpResponse:
    """The groups alone, for companies where summing takes longer than a page may."""
    user, state = reader(request), ListState.of(request.GET)
    try:
        found = group_table(group_customers(user, filtered(user, state), state.group), state)
    except REFUSED as error:
        raise BadRequest(_why(error)) from error
    context = {"groups": found, "currency": base_currency(), "state": state}
    return fragment(request, "dashboards/customers/_groups.html", context)


@login_required
def columns(request: HttpRequest) -> HttpResponse:
    """The list with the columns of the chooser, in its order; `move` puts one a place up or down."""
    now_at = request.htmx.current_url_abs_path if request.htmx else ""  # type: ignore[attr-defined]
    state = ListState.of(QueryDict((now_at or request.GET.get("state", "")).partition("?")[2]))
    chosen, (where, _, name) = request.GET.getlist("col"), request.GET.get("move", "").partition(":")
    if name in chosen:
        at = chosen.index(name)
        to = max(0, min(len(chosen) - 1, at + (1 if where == "down" else -1)))
        chosen.insert(to, chosen.pop(at))
    reset = "reset" in request.GET
    return HttpResponseRedirect(reverse("customers") + state.link(columns=None if reset else ",".join(chosen)))


@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the same filters as CSV, with the columns that are shown or with all."""
    user, state = reader(request), ListState.of(request.GET)
    ids = [int(value) for value in request.GET.getlist("id") if value.isdecimal()]
    found = _filtered(request)
    rows = found.filter(pk__in=ids) if ids else found
    try:
        lines = csv_rows(
            user, rows, sort=_sort(user, state), at=timezone.now(), filters=state.filters, columns=state.columns
        )
    except REFUSED as error:
        raise BadRequest(_why(error)) from error
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="customers-{timezone.localdate():%Y-%m-%d}.csv"'
    return response


def filtered(user: User, state: ListState) -> QuerySet[Account]:
    """The customers the state's filters leave; raises what REFUSED names."""
    return AccountFilter.of(user, state.filters).qs


def _filtered(request: HttpRequest) -> QuerySet[Account]:
    try:
        return filtered(reader(request), ListState.of(request.GET))
    except REFUSED as error:
        raise BadRequest(_why(error)) from error


def _why(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _sort(user: User, state: ListState) -> str:
    return state.sort or ("-revenue" if "revenue" in sorts_of(user) else "name")

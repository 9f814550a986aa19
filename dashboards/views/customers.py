"""The list of customers: search, filters, sort, pages by key, and the same as CSV."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from accounts.filtersets import AccountFilter, FilterRefused
from accounts.models import Account
from accounts.selectors.customers import (
    BadSort,
    count_customers,
    estimate_customers,
    list_customers,
    sorts_of,
    total_customers,
)
from accounts.selectors.export import csv_rows
from accounts.selectors.money import base_currency
from accounts.selectors.paging import BadCursor
from dashboards.pages import fragment, page, reader, reads, wants
from dashboards.panels.filters import Listing, controls_of, named_totals


@reads
def customers(request: HttpRequest) -> HttpResponse:
    """A page of customers as the address says; only its rows where htmx asks for them."""
    user, params = reader(request), request.GET
    try:
        found = AccountFilter.of(user, params).qs
        rows = list_customers(user, found, sort=_sort(request), cursor=params.get("cursor") or None)
    except (BadSort, BadCursor, FilterRefused) as error:
        raise BadRequest(str(error)) from error
    count = estimate_customers(found)
    context = {
        "page": rows,
        "listing": Listing(params, rows, sorts_of(user)),
        "count": count,
        # Sums over many rows take longer than the rows themselves, so the page asks for them afterwards.
        "totals": named_totals(total_customers(user, found)) if count.exact else None,
        "currency": base_currency(),
        "controls": controls_of(user, params),
    }
    if wants(request, "results"):
        return fragment(request, "dashboards/customers/_results.html", context)
    return page(request, "dashboards/customers/page.html", context, current="customers")


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


@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the same filters as CSV."""
    user = reader(request)
    lines = csv_rows(user, _filtered(request), sort=_sort(request), at=timezone.now())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="customers-{timezone.localdate():%Y-%m-%d}.csv"'
    return response


def _filtered(request: HttpRequest) -> QuerySet[Account]:
    try:
        return AccountFilter.of(reader(request), request.GET).qs
    except FilterRefused as error:
        raise BadRequest(str(error)) from error


def _sort(request: HttpRequest) -> str:
    given = request.GET.get("sort")
    allowed = sorts_of(reader(request))
    if given:
        return given
    return "-revenue" if "revenue" in allowed else "name"

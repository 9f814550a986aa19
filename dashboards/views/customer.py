"""One customer: the overview and its tabs, single sections of them, and where each value comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import structlog
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.access import treatment
from accounts.selectors.customer import Customer, get_customer
from accounts.selectors.money import base_currency
from accounts.selectors.snapshot import snapshot
from accounts.workspace import follows, note_visit
from dashboards.pages import Crumb, fragment, page, reader, reads, wants
from dashboards.panels.banners import banners
from dashboards.panels.columns import TONES
from dashboards.panels.headlines import headlines
from dashboards.panels.headlines.cash import credit_chip
from dashboards.panels.lineage import lineage_view
from dashboards.panels.own import NOTE_KINDS, reportable, writes
from dashboards.panels.section import Reading, fill
from dashboards.panels.tabs import PANELS, Tab, overview_of, panels_of, tab_links, tab_of
from dashboards.viewing import viewer

log = structlog.get_logger(__name__)
LIST: Crumb = ("Customers", "/customers/")


@login_required
def overview(request: HttpRequest, id: int) -> HttpResponse:
    """The customer's page; a merged id leads to its survivor."""
    return _show(request, id, overview_of(reader(request)))


@login_required
def tab(request: HttpRequest, id: int, name: str) -> HttpResponse:
    """One tab of the customer's page."""
    found = tab_of(reader(request), name)
    if found is None:
        raise Http404("No such tab.")
    return _show(request, id, found)


def _show(request: HttpRequest, id: int, tab: Tab) -> HttpResponse:
    """The tab, read in one moment; that it was looked at is written afterwards."""
    customer, response = _whole(request, id, tab) or _read(request, id, tab, apart=True)
    visits = response.status_code == 200 and viewer(request) is None  # who looks as somebody else does not visit
    if visits and writes(reader(request)):
        note_visit(account=customer.account, by=reader(request), now=timezone.now())
    return response


def _whole(request: HttpRequest, id: int, tab: Tab) -> tuple[Customer, HttpResponse] | None:
    """None where a section broke, in whatever way: read once more, each apart, what breaks is told in its place."""
    try:
        return _read(request, id, tab)
    except (Http404, PermissionDenied):
        raise
    except Exception:
        log.exception("a customer's page could not be read whole", customer=id)
        return None


def _read(request: HttpRequest, id: int, tab: Tab, *, apart: bool = False) -> tuple[Customer, HttpResponse]:
    with snapshot():
        customer = get_customer(reader(request), id)
        if customer.id != id:
            return customer, redirect(request.path.replace(f"/{id}/", f"/{customer.id}/", 1))
        return customer, _page(request, replace(reading_of(request, customer), apart=apart), tab)


def _page(request: HttpRequest, reading: Reading, tab: Tab) -> HttpResponse:
    user, customer = reading.user, reading.customer
    context = {
        **_shared(request, reading),
        "tab": tab,
        "tabs": tab_links(user, customer.id, tab.name),
        "headlines": headlines(reading),
        "banners": banners(reading),
        "status_tone": TONES.get(customer.values.get("status") or "", ""),
        "credit": credit_chip(reading),
        "followed": follows(user, customer.account),
        "writes": writes(user),
        "note_kinds": NOTE_KINDS,
        "reportable": reportable(user),
        "main": fill(reading, panels_of(tab.main)),
        "side": fill(reading, panels_of(tab.side)),
    }
    name = customer.values.get("name") or f"Customer {customer.id}"
    crumbs: list[Crumb] = [LIST, (name, None)]
    if tab.name != "overview":
        crumbs[1:] = [(name, reverse("customer", args=[customer.id])), (tab.label, None)]
    return page(request, "dashboards/customer/page.html", context, current="customers", crumbs=crumbs)


@reads
def panel(request: HttpRequest, id: int, name: str) -> HttpResponse:
    """One section alone, for reloading it."""
    reading = reading_of(request, get_customer(reader(request), id))
    filled = fill(reading, [PANELS[name]]) if name in PANELS else []
    if not filled:
        raise Http404("No such section.")
    shown = {"title": PANELS[name].title, "name": name, "content": filled[0].content}
    return fragment(request, PANELS[name].template, _shared(request, reading) | shown)


@reads
def peek(request: HttpRequest, id: int) -> HttpResponse:
    """A customer beside the list: who it is, its headlines, what is wrong, and the latest."""
    reading = reading_of(request, get_customer(reader(request), id))
    context = {
        **_shared(request, reading),
        "headlines": headlines(reading),
        "banners": banners(reading),
        "status_tone": TONES.get(reading.customer.values.get("status") or "", ""),
        "filled": fill(reading, panels_of(("latest", "people"))),
    }
    if wants(request, "drawer-body"):
        return fragment(request, "dashboards/customer/_peek.html", context)
    return redirect("customer", id=reading.customer.id)


@reads
def lineage(request: HttpRequest, id: int, field: str) -> HttpResponse:
    """Where one value comes from: beside the page, or as a page of its own."""
    customer = get_customer(reader(request), id)
    day, at = _past_day(request)
    told = lineage_view(reader(request), customer, field, at=at)
    known = told or lineage_view(reader(request), customer, field)
    if known is None:
        raise Http404("Nothing is known of this field.")
    context = {"customer": customer, "lineage": told, "label": known.label, "field": field, "day": day,
               "today": timezone.localdate()}  # fmt: skip
    if wants(request, "drawer-body"):
        return fragment(request, "dashboards/customer/_lineage.html", context)
    crumbs = [
        LIST,
        (customer.values.get("name") or f"Customer {id}", reverse("customer", args=[customer.id])),
        (known.label, None),
    ]
    return page(request, "dashboards/customer/lineage.html", context, current="customers", crumbs=crumbs)


def _past_day(request: HttpRequest) -> tuple[date | None, datetime | None]:
    """The day asked for and its end, None for today, for days to come and for what is no day."""
    try:
        day = parse_date(request.GET.get("on", ""))
    except ValueError:
        day = None
    if day is None or day >= timezone.localdate():
        return None, None
    return day, timezone.make_aware(datetime.combine(day, time.max))


def reading_of(request: HttpRequest, customer: Customer) -> Reading:
    """The person of the request reading about the customer now."""
    now = timezone.now()
    return Reading(reader(request), customer, timezone.localdate(now), now, base_currency(), request.GET.dict())


def _shared(request: HttpRequest, reading: Reading) -> dict[str, Any]:
    seen = treatment(reading.user, "provenance")
    return {
        "customer": reading.customer,
        "currency": reading.currency,
        "lineage_open": seen in ("full", "summary"),
    }

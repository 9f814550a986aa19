"""One customer: the overview, single sections of it, and where each value comes from."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.access import treatment
from accounts.selectors.customer import Customer, get_customer
from accounts.selectors.money import base_currency
from dashboards.pages import Crumb, fragment, page, reader, reads, wants
from dashboards.panels.banners import banners
from dashboards.panels.columns import TONES
from dashboards.panels.customer import PANELS, Reading, fill, main_names, side_names
from dashboards.panels.headlines import headlines
from dashboards.panels.lineage import lineage_view

LIST: Crumb = ("Customers", "/customers/")


@reads
def overview(request: HttpRequest, id: int) -> HttpResponse:
    """The customer's page; a merged id leads to its survivor."""
    customer = get_customer(reader(request), id)
    if customer.id != id:
        return redirect("customer", id=customer.id)
    reading = _reading(request, customer)
    context = {
        **_shared(request, reading),
        "headlines": headlines(reader(request), customer.figures, reading.today, reading.currency),
        "banners": banners(reading),
        "status_tone": TONES.get(customer.values.get("status") or "", ""),
        "main": fill(reading, main_names(reader(request))),
        "side": fill(reading, side_names(reader(request))),
    }
    crumbs = [LIST, (customer.values.get("name") or f"Customer {id}", None)]
    return page(request, "dashboards/customer/page.html", context, current="customers", crumbs=crumbs)


@reads
def panel(request: HttpRequest, id: int, name: str) -> HttpResponse:
    """One section alone, for reloading it."""
    reading = _reading(request, get_customer(reader(request), id))
    filled = fill(reading, [name]) if name in PANELS else []
    if not filled:
        raise Http404("No such section.")
    shown = {"title": PANELS[name].title, "name": name, "content": filled[0].content}
    return fragment(request, PANELS[name].template, _shared(request, reading) | shown)


@reads
def lineage(request: HttpRequest, id: int, field: str) -> HttpResponse:
    """Where one value comes from: beside the page, or as a page of its own."""
    customer = get_customer(reader(request), id)
    told = lineage_view(reader(request), customer, field)
    if told is None:
        raise Http404("Nothing is known of this field.")
    context = {"customer": customer, "lineage": told}
    if wants(request, "drawer-body"):
        return fragment(request, "dashboards/customer/_lineage.html", context)
    crumbs = [
        LIST,
        (customer.values.get("name") or f"Customer {id}", reverse("customer", args=[customer.id])),
        (told.label, None),
    ]
    return page(request, "dashboards/customer/lineage.html", context, current="customers", crumbs=crumbs)


def _reading(request: HttpRequest, customer: Customer) -> Reading:
    return Reading(reader(request), customer, timezone.localdate(), timezone.now(), base_currency())


def _shared(request: HttpRequest, reading: Reading) -> dict[str, object]:
    seen = treatment(reader(request), "provenance")
    return {
        "customer": reading.customer,
        "currency": reading.currency,
        "lineage_open": seen in ("full", "summary"),
    }

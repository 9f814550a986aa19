"""The brief of a customer: on a page that prints well, and as PDF."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts import audit
from accounts.access import get_account_or_404
from accounts.selectors.customer import get_customer
from accounts.selectors.snapshot import snapshot
from dashboards.pages import Crumb, page, reader
from dashboards.panels.brief import AUDIENCES, Brief, brief_of
from dashboards.views.customer import LIST, reading_of

MOST = 20


@login_required
def brief(request: HttpRequest, id: int) -> HttpResponse:
    """One customer's brief."""
    return _show(request, [id])


@login_required
def briefs(request: HttpRequest) -> HttpResponse:
    """Briefs of the ticked customers, one after the other."""
    ids = [int(value) for value in request.GET.getlist("id") if value.isdecimal()][:MOST]
    return _show(request, ids) if ids else redirect("customers")


def _show(request: HttpRequest, ids: list[int]) -> HttpResponse:
    """Read in one moment, then logged: who took which customer out of the portal, for whom."""
    user, audience = reader(request), request.GET.get("for", "internal")
    with snapshot():
        found = [reading_of(request, get_customer(user, get_account_or_404(user, id).pk)) for id in ids]
        made = [(reading.customer.id, brief_of(reading, audience)) for reading in found]
    on_paper = request.GET.get("as") == "pdf"
    detail = {"accounts": [id for id, _ in made], "for": made[0][1].audience, "as": "pdf" if on_paper else "page"}
    audit.record(user=user, action="brief made", object="account", row_id=made[0][0], detail=detail, at=timezone.now())
    return _pdf(request, made) if on_paper else _page(request, made)


def _page(request: HttpRequest, made: list[tuple[int, Brief]]) -> HttpResponse:
    id, first = made[0]
    crumbs: list[Crumb] = [LIST, (first.name, reverse("customer", args=[id])), ("Brief", None)]
    many = "&".join(f"id={one}" for one, _ in made) if len(made) > 1 else ""
    context = {"briefs": [one for _, one in made], "audiences": AUDIENCES.items(), "many": many}
    context["audience"] = first.audience
    return page(request, "dashboards/brief/page.html", context, current="customers", crumbs=crumbs)


def _pdf(request: HttpRequest, made: list[tuple[int, Brief]]) -> HttpResponse:
    from dashboards.pdf.brief import brief_pdf  # late: loads a PDF library, which no other page needs

    paper = request.GET.get("paper", "a4")
    links = [request.build_absolute_uri(reverse("customer", args=[id])) for id, _ in made]
    content = brief_pdf(list(zip([one for _, one in made], links, strict=True)), paper)
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(made[0][1].name) if len(made) == 1 else "customers"
    response["Content-Disposition"] = f'inline; filename="brief-{name}-{timezone.localdate():%Y-%m-%d}.pdf"'
    return response

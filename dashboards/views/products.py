"""Products: stock against orders and pipeline, what waits, what doesn't sell, and where prices differ."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.access import may_list
from accounts.models import User
from accounts.products import BadQuery, get_product, list_products
from accounts.products.reads import SORTS, views_of
from accounts.selectors.money import base_currency
from dashboards.pages import allowed, fragment, page, reader, wants


def may_see_products(user: User) -> bool:
    """Whether products are this user's."""
    return may_list(user, "product")


@allowed(may_see_products)
def products(request: HttpRequest) -> HttpResponse:
    """A page of products as the address says."""
    user, given = reader(request), request.GET
    number = int(given["page"]) if given.get("page", "").isdecimal() else 1
    view, sort, text = given.get("view", "all"), given.get("sort", "revenue"), given.get("q", "")
    try:
        rows, more = list_products(user, view=view, sort=sort, text=text, page=number)
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    context = {
        "rows": rows,
        "more": more,
        "number": number,
        "next": number + 1,
        "previous": number - 1,
        "view": view,
        "sort": sort,
        "q": text,
        "views": views_of(user).items(),
        "sorts": SORTS,
        "currency": base_currency(),
    }
    if wants(request, "products"):
        return fragment(request, "dashboards/products/_rows.html", context)
    return page(request, "dashboards/products/page.html", context, current="products")


@allowed(may_see_products)
def product(request: HttpRequest, id: int) -> HttpResponse:
    """One product."""
    found = get_product(reader(request), id, today=timezone.localdate())
    context = {"found": found, "figures": found.row.figures, "product": found.row.product, "currency": base_currency(),
               "today": timezone.localdate()}  # fmt: skip
    crumbs = [("Products", "/products/"), (str(found.row.product), None)]
    return page(request, "dashboards/products/product.html", context, current="products", crumbs=crumbs)

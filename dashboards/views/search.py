"""Search: results for the palette, and a plain page that works without scripts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.selectors.search import search_customers
from dashboards.pages import fragment, page, reader, reads, wants
from dashboards.shell import NavItem, list_pages

SHORTEST = 2


@reads
def search(request: HttpRequest) -> HttpResponse:
    """Customers and pages that answer to the words."""
    words = request.GET.get("q", "").strip()
    user = reader(request)
    hits = search_customers(user, words, limit=8) if len(words) >= SHORTEST else ()
    context = {"words": words, "hits": hits, "pages": _pages(user, words)}
    if wants(request, "palette-hits"):
        return fragment(request, "dashboards/search/_hits.html", context)
    return page(request, "dashboards/search/page.html", context, current="search")


def _pages(user: User, words: str) -> list[NavItem]:
    folded = words.casefold()
    return [item for item in list_pages(user) if folded in item.label.casefold()]

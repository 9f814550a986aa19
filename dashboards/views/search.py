"""Search: results for the palette, and a plain page that works without scripts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dashboards.pages import fragment, page, reader, reads, wants
from dashboards.panels.palette import find


@reads
def search(request: HttpRequest) -> HttpResponse:
    """Customers, documents, people, pages and actions that answer to the words."""
    words = request.GET.get("q", "").strip()
    context = {"words": words, "groups": find(reader(request), words)}
    if wants(request, "palette-hits"):
        return fragment(request, "dashboards/search/_hits.html", context)
    return page(request, "dashboards/search/page.html", context, current="search")

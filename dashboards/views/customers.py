"""Pages of customers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from dashboards.views.home import home


def _later(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return home(request)


customers = export = overview = lineage = panel = queue = card = decide = resolve = undo = sources = refused = replay = run = source = search = _later

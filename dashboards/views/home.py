"""Home by role."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from dashboards.pages import page


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What needs this user today."""
    return page(request, "dashboards/home/page.html", {}, current="home")

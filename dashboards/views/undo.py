"""The Undo of a toast."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboards.pages import reader
from dashboards.toasts import back, say
from dashboards.undo import TooLate, take_back


@require_POST
@login_required
def undo(request: HttpRequest) -> HttpResponse:
    """Takes back what the ticket names and shows the page again."""
    try:
        say(request, take_back(reader(request), request.POST.get("ticket", ""), timezone.now()))
    except TooLate as error:
        messages.error(request, str(error))
    return back(request)

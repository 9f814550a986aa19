"""Seeing the portal as somebody else: for administrators, read only, visible on every page, and in the audit log."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User

KEY = "view_as"
READS = ("GET", "HEAD", "OPTIONS")
STOPS = ("/admin/view-as/stop/", "/logout/")


class ViewAsMiddleware:
    """Puts the other person in the administrator's place for as long as the session says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        viewed = _viewed(request)
        if viewed is None or request.path in STOPS:
            return self.get_response(request)
        if request.method not in READS:
            return render(request, "dashboards/trouble.html", _refusal(viewed), status=403)
        request.viewer, request.user = request.user, viewed  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(viewed_by=str(request.viewer)):  # type: ignore[attr-defined]
            return self.get_response(request)


def viewer(request: HttpRequest) -> User | None:
    """The administrator who looks as the request's user; None where people are themselves."""
    return getattr(request, "viewer", None)


def _refusal(viewed: User) -> dict[str, object]:
    text = f"You see the portal as {viewed}. Stop that to change something yourself."
    return {"title": "Nothing is changed while you look as somebody else", "text": text, "sign": "lock", "status": 403}


def _viewed(request: HttpRequest) -> User | None:
    """Whom the session shows; asks nothing where it shows nobody."""
    id = request.session.get(KEY)
    if id is None or not request.user.is_authenticated or request.user.role != "administrator":
        return None
    return User.objects.filter(pk=id, is_active=True).first()

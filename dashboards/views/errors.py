"""Pages for what went wrong: not found, not allowed, broken, or a form that has grown old."""

from __future__ import annotations

import structlog
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

WORDS = {
    400: ("That request makes no sense", "Something in the address or the form couldn’t be read.", "stop"),
    403: (
        "Not for your role",
        "Your role doesn’t include this page or action. An administrator can change that.",
        "lock",
    ),
    404: (
        "Nothing here",
        "The page or customer doesn’t exist, or lies outside the territories you see. Search finds names and numbers.",
        "search",
    ),
    500: (
        "Something broke on our side",
        "Nothing you did. It has been logged with the number below; try again in a moment.",
        "alert",
    ),
}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What can't be read, and why where the page knows."""
    return _trouble(request, 400, str(exception) if isinstance(exception, BadRequest) else "")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the role may not do."""
    return _trouble(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What isn't there, or not for this user; the two look the same on purpose."""
    return _trouble(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """What broke; asks nothing of the database, which may be what broke."""
    return _trouble(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent after its time."""
    title = (
        "This form has expired",
        "Go back, reload the page and send it again. Nothing was changed.",
        "clock",
    )
    return render(request, "dashboards/trouble.html", _context(request, 403, title), status=403)


def _trouble(request: HttpRequest, status: int, why: str = "") -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(request, status)
    title, text, sign = WORDS[status]
    context = _context(request, status, (title, why or text, sign))
    return render(request, "dashboards/trouble.html", context, status=status)


def _context(request: HttpRequest, status: int, words: tuple[str, str, str]) -> dict[str, object]:
    title, text, sign = words
    return {"status": status, "title": title, "text": text, "sign": sign} | (_broken(request) if status == 500 else {})


def _broken(request: HttpRequest) -> dict[str, object]:
    """The number of the request in the log, and the way to ask once more for what is only read."""
    number = structlog.contextvars.get_contextvars().get("request_id", "")
    return {"number": number, "again": request.get_full_path() if request.method == "GET" else ""}


def _problem(request: HttpRequest, status: int) -> HttpResponse:
    """The same for programs, which asked for no page."""
    title, detail, _ = WORDS[status]
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")

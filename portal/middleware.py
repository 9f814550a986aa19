"""What every answer carries: the request's id, and what its page may load."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone

from accounts import own_fields
from accounts.workspace.adoption import TALLY

Answer = Callable[[HttpRequest], HttpResponse]
PROBES = ("/static/", "/healthz", "/readyz")  # answered even while the database is away
GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Binds request_id to all log lines of the request and returns it as X-Request-ID."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GOOD_ID.fullmatch(given) else uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class ContentPolicyMiddleware:
    """Tells browsers to load from the portal alone."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", settings.CONTENT_POLICY)
        return response


class CompressPagesMiddleware(GZipMiddleware):
    """Pages travel small; answers to programs keep the tag they were given, which compressing would weaken."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class OwnFieldsMiddleware:
    """Every page and answer knows the company's own fields as last applied, whichever process applied them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PROBES):
            own_fields.refresh()
        return self.get_response(request)


class UseMiddleware:
    """Counts which pages and figures each role opens; never who opened them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match, role = request.resolver_match, getattr(request.user, "role", "")
        if request.method == "GET" and response.status_code == 200 and match and match.url_name and role:
            figure = match.kwargs.get("name") if match.url_name in ("metric", "api-metric") else None
            kind = "figure" if figure else "api" if match.url_name.startswith("api-") else "page"
            TALLY.note(role=role, kind=kind, name=figure or match.url_name, now=timezone.now())
        return response

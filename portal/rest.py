"""How the interface for programs reports errors, the same in every room."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The error as application/problem+json (RFC 9457), None for what Django should report."""
    response = exception_handler(error, context)
    if response is None:
        return None
    status = HTTPStatus(response.status_code)
    given = response.data if isinstance(response.data, dict) else {}
    detail = given.get("detail")
    response.data = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(detail or status.description or status.phrase),
        "instance": context["request"].path,
        "code": getattr(detail, "code", None) or status.phrase.lower().replace(" ", "-"),
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
        "errors": getattr(error, "errors", None) or _errors_of(given),
    }
    response.content_type = "application/problem+json"
    return response


def _errors_of(given: dict[str, Any]) -> list[dict[str, str]]:
    """A validation's complaints, one an entry."""
    return [
        {"parameter": name, "code": getattr(complaint, "code", "invalid"), "message": str(complaint)}
        for name, complaints in given.items()
        if name != "detail"
        for complaint in (complaints if isinstance(complaints, list) else [complaints])
    ]

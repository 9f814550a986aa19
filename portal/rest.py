"""How the interface for programs pages and reports errors, the same in every room."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler


class KeysetPagination(CursorPagination):
    """Pages by key: as fast on the last page as on the first."""

    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = 500


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The error as application/problem+json (RFC 9457), None for what Django should report."""
    response = exception_handler(error, context)
    if response is None:
        return None
    fields = response.data if isinstance(response.data, dict) else {"errors": response.data}
    detail = fields.pop("detail", None)
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(response.status_code).phrase}
    body |= {"status": response.status_code, "code": _code(error)}
    body |= {"detail": str(detail)} if detail else {}
    body |= {"instance": context["request"].path} if context.get("request") else {}
    body |= {"request_id": structlog.contextvars.get_contextvars().get("request_id", "")}
    errors = getattr(error, "errors", None) or fields
    response.data = body | ({"errors": errors} if errors else {})
    response.content_type = "application/problem+json"
    return response


def _code(error: Exception) -> str:
    """The error as programs branch on it."""
    codes = getattr(error, "get_codes", lambda: "not_found")()
    return (codes if isinstance(codes, str) else "invalid").replace("_", "-")

"""How the interface for programs pages and reports errors, the same in every room."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

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
    response.data = {"type": "about:blank", "title": HTTPStatus(response.status_code).phrase}
    response.data |= {"status": response.status_code}
    response.data |= {"detail": str(detail)} if detail else {"errors": fields}
    response.content_type = "application/problem+json"
    return response

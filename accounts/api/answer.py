"""The form of every answer: data, page, meta; with an ETag that survives a new token."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from accounts.access import scope_of
from accounts.metrics.inputs import Standing
from accounts.selectors.sources import data_as_of


def answer(
    request: Request,
    data: Any,
    *,
    redacted: Iterable[str] = (),
    page: dict[str, Any] | None = None,
    figures: Mapping[str, Standing] | None = None,
) -> Response:
    """Data with its age and the names of what was left out; 304 where the caller has it already."""
    hidden = list(dict.fromkeys(redacted))
    tag = _etag(request, {"data": data, "page": page, "redacted": hidden})
    headers = {"ETag": tag, "Vary": "Authorization, Cookie", "Cache-Control": "private, no-cache"}
    if page and (link := _link(request, page)):
        headers["Link"] = link
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    body = {"data": data} | ({"page": page} if page is not None else {}) | {"meta": _meta(hidden) | _told(figures)}
    return Response(body, headers=headers)


def _meta(redacted: list[str]) -> dict[str, Any]:
    ages = data_as_of()
    known = [at for at in ages.values() if at is not None]
    return {"as_of": min(known, default=None), "sources": ages, "redacted": redacted}


def _told(figures: Mapping[str, Standing] | None) -> dict[str, Any]:
    """What each figure in the data rests on."""
    if figures is None:
        return {}
    return {"figures": {
        name: {"as_of": one.as_of, "coverage": one.coverage, "worst_source": one.worst_source}
        for name, one in figures.items()
    }}  # fmt: skip


def _etag(request: Request, body: dict[str, Any]) -> str:
    """A hash of the answer and of who may see it; not of the age of sources, which moves without data."""
    scope = scope_of(request.user)
    who = [request.user.role, scope.everything, scope.territories, scope.shares]  # type: ignore[union-attr]
    text = json.dumps([who, body], cls=JSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _link(request: Request, page: dict[str, Any]) -> str:
    """Addresses of the pages around, as browsers and clients know them (RFC 8288)."""
    found = []
    for relation, cursor in (("next", page.get("next")), ("prev", page.get("previous"))):
        if cursor:
            params = request.query_params.copy()
            params["cursor"] = cursor
            found.append(f'<{request.build_absolute_uri(request.path)}?{params.urlencode()}>; rel="{relation}"')
    return ", ".join(found)

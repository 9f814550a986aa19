"""A declared REST API as a target: method, address and body as the stream's `read: write` says.

An update carries If-Match with the ETag the record was read with; a creation carries our marker as its
idempotency key, so that a server that knows such keys makes one record however often it is asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx

from syncengine.connectors.errors import ConnectorError, Kind, http_error
from syncengine.connectors.rest.client import RestClient, body_of, filled, flat, inside
from syncengine.connectors.rest.connector import ETAG
from syncengine.connectors.writing import AnswerLost, Change, TargetChanged, TargetRefused, Writer

CHANGED = (409, 412)
REFUSED = (400, 422)
DEFAULTS = {"update": "PATCH", "create": "POST", "idempotency": "Idempotency-Key"}


class RestWriter(Writer):
    """Records of a REST API; a column such as `address.city` is written as an object within the body."""

    kind: ClassVar[str] = "rest"

    def __init__(self, connection: Mapping[str, Any], *, timezone: str = "UTC") -> None:
        super().__init__(connection, timezone=timezone)
        self.client = RestClient(connection)

    def update(self, change: Change) -> str | None:
        """The record's new values, if it is still what was read."""
        said = _said(change)
        headers = {"If-Match": tag} if (tag := change.row.get(ETAG)) else {}
        if not headers:
            self._compare(change)
        path = filled(str(said.get("path") or change.stream.read.get("one") or ""), {"key": change.key})
        response = self._call(str(said.get("update", DEFAULTS["update"])), path, _body(said, change), headers)
        told = self._row(response, change)
        return told.get(change.version_column) if change.version_column else None

    def create(self, change: Change) -> str:
        """A new record that carries the correlation; the server's own key for it."""
        said = _said(change)
        headers = {str(said.get("idempotency", DEFAULTS["idempotency"])): change.correlation}
        path = str(said.get("create_path") or change.stream.read.get("list") or "")
        response = self._call(str(said.get("create", DEFAULTS["create"])), path, _body(said, change), headers)
        key = self._row(response, change).get(change.stream.key)
        if not key:
            raise AnswerLost("the server took it and did not say under which key")
        return key

    def find(self, change: Change) -> str | None:
        """The record whose correlation column holds the marker, by the search the declaration names."""
        search = _said(change).get("search")
        if not search:
            return None
        response = self.client.get(filled(str(search), {"correlation": change.correlation}))
        body = body_of(response, change.stream.where) if response is not None else None
        items = inside(body, change.stream.read.get("items"))
        found = [flat(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        mine = [row for row in found if row.get(change.correlation_column or "") == change.correlation]
        return mine[0].get(change.stream.key) if mine else None

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def _compare(self, change: Change) -> None:
        """Without an ETag the record is read once more; what was to be replaced has to stand there still."""
        path = filled(str(change.stream.read.get("one") or ""), {"key": change.key})
        response = self.client.get(path)
        body = body_of(response, change.stream.where) if response is not None else None
        now = flat(body) if isinstance(body := inside(body, change.stream.read.get("item")), dict) else None
        compared = [change.version_column] if change.version_column else list(change.values)
        if now is None or any(now.get(name) != change.row.get(name) for name in compared):
            raise TargetChanged("the record was changed or deleted meanwhile")

    def _call(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> httpx.Response:
        """The one call that changes something: what no answer came to may have happened."""
        try:
            response = self.client.http.request(method, path, json=body, headers=dict(headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ConnectorError(f"not reached ({type(error).__name__})", kind=Kind.RETRY, where=path) from None
        except httpx.TransportError as error:
            raise AnswerLost(f"no answer ({type(error).__name__})") from None
        if response.is_success:
            return response
        if response.status_code in CHANGED:
            raise TargetChanged(f"the record was changed meanwhile (HTTP {response.status_code})")
        if response.status_code in REFUSED:
            raise TargetRefused(_words(response))
        if response.status_code >= 500 and response.status_code != 503:
            raise AnswerLost(f"the server failed while writing (HTTP {response.status_code})")
        raise http_error(response.status_code, where=f"{self.client.where} {path}", headers=response.headers)

    def _row(self, response: httpx.Response, change: Change) -> dict[str, str | None]:
        tag = {ETAG: response.headers.get("etag")}
        if not response.content:
            return tag
        body = inside(body_of(response, change.stream.where), change.stream.read.get("item"))
        return {**(flat(body) if isinstance(body, dict) else {}), **tag}


def _said(change: Change) -> dict[str, Any]:
    return dict(change.stream.read.get("write") or {})


def _body(said: Mapping[str, Any], change: Change) -> Any:
    """The values as the API wants them: nested by dots, within the declared template where there is one."""
    values = dict(change.values)
    if change.correlation_column and not change.key:
        values[change.correlation_column] = change.correlation
    nested: dict[str, Any] = {}
    for column, text in values.items():
        *parents, last = column.split(".")
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = text
    if change.lines:
        nested[str(change.lines_into.get("field") or "lines")] = [dict(line) for line in change.lines]
    template = said.get("body")
    return _put(template, nested) if template else nested


def _put(template: Any, values: Any) -> Any:
    """The template with the values where it says `{values}`."""
    if template == "{values}":
        return values
    if isinstance(template, dict):
        return {name: _put(part, values) for name, part in template.items()}
    return [_put(part, values) for part in template] if isinstance(template, list) else template


def _words(response: httpx.Response) -> str:
    try:
        body = response.json()
    except json.JSONDecodeError:
        return f"HTTP {response.status_code}: {response.text[:200]}"
    told = next((body[n] for n in ("detail", "message", "error") if isinstance(body, dict) and body.get(n)), body)
    return f"HTTP {response.status_code}: {str(told)[:300]}"

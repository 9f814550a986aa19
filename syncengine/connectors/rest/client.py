"""One HTTP call as a declaration names it: address, headers, and what an answer means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from syncengine.connectors.errors import ConnectorError, Kind, http_error

PLACE = re.compile(r"\{([^{}]+)\}")
MISSING = (404, 410)


class RestClient:
    """An HTTP server under one address; `headers` of the connection go with every call."""

    def __init__(self, connection: Mapping[str, Any], *, timeout: float = 30.0) -> None:
        url = str(connection.get("url") or "")
        if not url:
            raise ConnectorError("the connection needs `url`", where="rest source")
        headers = {str(k): str(v) for k, v in dict(connection.get("headers") or {}).items()}
        if connection.get("token"):
            headers["Authorization"] = f"Bearer {connection['token']}"
        self.where = url
        self.http = httpx.Client(base_url=url, headers=headers, timeout=timeout, follow_redirects=False)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> httpx.Response | None:
        """The answer, or None where there is no such thing. Raises ConnectorError."""
        try:
            # An empty mapping would take away what the address itself asks for.
            response = self.http.get(path, params=dict(params) if params else None)
        except httpx.TransportError as error:
            problem = f"no answer ({type(error).__name__}): is the server running, and is `url` right?"
            raise ConnectorError(problem, kind=Kind.RETRY, where=self.where) from None
        if response.status_code in MISSING:
            return None
        if response.status_code != httpx.codes.OK:
            raise http_error(response.status_code, where=f"{self.where} {path}", headers=response.headers)
        return response

    def close(self) -> None:
        """Close the connection."""
        self.http.close()


def body_of(response: httpx.Response, where: str) -> Any:
    """What an answer says. Raises ConnectorError where it is no JSON."""
    try:
        return response.json()
    except ValueError:
        raise ConnectorError("the answer is not JSON: is `url` an API?", where=where) from None


def filled(template: str, values: Mapping[str, str | None]) -> str:
    """An address with its `{places}` filled and escaped."""
    return PLACE.sub(lambda place: quote(str(values.get(place[1]) or ""), safe=""), template)


def inside(body: Any, path: str | None) -> Any:
    """The value at a dotted path of an answer; None where there is none."""
    for part in path.split(".") if path else ():
        body = body.get(part) if isinstance(body, dict) else None
    return body


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, str | None]:
    """A record as columns of text: what stands inside another object gets a dotted name."""
    columns: dict[str, str | None] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            columns |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            columns[f"{prefix}{name}"] = ";".join(str(part) for part in value)
        elif isinstance(value, bool):
            columns[f"{prefix}{name}"] = "true" if value else "false"
        else:
            columns[f"{prefix}{name}"] = None if value is None else str(value)
    return columns

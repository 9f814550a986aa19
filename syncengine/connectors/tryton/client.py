"""Tryton's JSON-RPC: one session, errors that arrive as successes, and pauses it asks for."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from syncengine.connectors.errors import ConnectorError, Kind, http_error, with_retries

# Name of Tryton's error → what it means. An unknown name is a refusal; tracebacks are never passed on.
ERROR_KINDS: Mapping[str, Kind] = {
    "UserError": Kind.REFUSED,
    "UserWarning": Kind.REFUSED,
    "ConcurrencyException": Kind.RETRY,
    "RateLimitException": Kind.RETRY,
    "LoginException": Kind.CONFIGURATION,
    "DatabaseOperationalError": Kind.RETRY,
    "database is locked": Kind.RETRY,
}
SESSION_OVER = 401


class TrytonClient:
    """Calls methods of a Tryton database as one user; logs in when it must."""

    def __init__(
        self,
        *,
        url: str,
        database: str,
        user: str,
        password: str,
        language: str = "en",
        timeout: float = 120.0,
        transport: httpx.BaseTransport | None = None,
        retries: Callable[[Callable[[], Any]], Any] = with_retries,
    ) -> None:
        shown = httpx.URL(url).copy_with(username=None, password=None)
        self.where = f"Tryton {str(shown).rstrip('/')}/{database}"
        self.user, self.password, self.language = user, password, language
        self.address = f"{url.rstrip('/')}/{database}/rpc/"
        self.http = httpx.Client(timeout=timeout, transport=transport)
        self.retries = retries
        self.session: str | None = None
        self.server_time: datetime | None = None
        self._context: dict[str, Any] | None = None

    def call(self, method: str, *params: Any) -> Any:
        """Return what a method answers; a session that ran out is renewed once."""
        return self.retries(lambda: self._in_session(method, params))

    def model(self, model: str, method: str, *params: Any) -> Any:
        """Return what a model's method answers, in the user's context with inactive records included."""
        return self.call(f"model.{model}.{method}", *params, self.context)

    @property
    def context(self) -> dict[str, Any]:
        """Return the user's preferences as Tryton's clients send them; inactive records are not hidden."""
        if self._context is None:
            preferences = self.call("model.res.user.get_preferences", True, {})
            self._context = {**preferences, "active_test": False}
        return self._context

    def close(self) -> None:
        """End the session and the connection."""
        if self.session is not None:
            with suppress(ConnectorError):  # a session left open ends by itself
                self._post("common.db.logout", (), self.session)
        self.http.close()

    def _in_session(self, method: str, params: tuple[Any, ...]) -> Any:
        fresh = self.session is None
        if fresh:
            self.session = self._login()
        response = self._post(method, params, self.session)
        if response.status_code == SESSION_OVER and not fresh:
            self.session = self._login()
            response = self._post(method, params, self.session)
        return self._result(response, method)

    def _login(self) -> str:
        params = (self.user, {"password": self.password}, self.language)
        answer = self._result(self._post("common.db.login", params, None), "common.db.login")
        if not answer:
            raise ConnectorError("the login is refused: check user and password", where=self.where)
        user_id, token = answer[0], answer[1]
        return base64.b64encode(f"{self.user}:{user_id}:{token}".encode()).decode()

    def _post(self, method: str, params: tuple[Any, ...], session: str | None) -> httpx.Response:
        headers = {"Authorization": f"Session {session}"} if session else {}
        try:
            response = self.http.post(
                self.address, json={"id": 1, "method": method, "params": list(params)}, headers=headers
            )
        except httpx.TransportError as error:
            reason = f"no answer ({type(error).__name__}): is the server running, and is `url` right?"
            raise ConnectorError(reason, kind=Kind.RETRY, where=self.where) from None
        if date := response.headers.get("date"):
            self.server_time = parsedate_to_datetime(date)
        return response

    def _result(self, response: httpx.Response, method: str) -> Any:
        where = f"{self.where} {method}"
        if response.status_code != httpx.codes.OK:
            raise http_error(response.status_code, where=where, headers=response.headers)
        try:
            body = response.json()
        except ValueError:
            raise ConnectorError("the answer is not JSON: is `url` a Tryton server?", where=where) from None
        if isinstance(body, dict) and body.get("error"):
            raise rpc_error(body["error"], where=where)
        return body.get("result") if isinstance(body, dict) else body


def rpc_error(error: Any, *, where: str) -> ConnectorError:
    """Return the error Tryton put into a successful answer, without its traceback."""
    parts = error if isinstance(error, list) else [error]
    name = str(parts[0])
    kind = next((k for word, k in ERROR_KINDS.items() if word in name), Kind.REFUSED)
    if name.startswith("'") and name.endswith("'"):
        return ConnectorError(f"Tryton does not know {name}", where=where, kind=Kind.CONFIGURATION)
    detail = parts[1] if name == "UserError" and len(parts) > 1 else ""
    told = detail[0] if isinstance(detail, list) and detail else detail
    words = f"{name}: {told}" if told and isinstance(told, str) else name
    return ConnectorError(f"Tryton says {words.splitlines()[0][:300]}", kind=kind, where=where)

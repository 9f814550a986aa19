"""A small CRM over HTTP, with ETags, idempotency keys and a search, that can lose its answers."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 2


class RestServer(ThreadingHTTPServer):
    """Records by key; `calls` names what was asked; `mute` lets the next change happen without an answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.records: dict[str, dict[str, Any]] = {}
        self.made: dict[str, str] = {}
        self.calls: list[str] = []
        self.mute = False
        self.trouble: tuple[int, str] | None = None  # status and Retry-After of every answer to a question
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, **values: Any) -> str:
        """A record somebody makes there; its key."""
        key = f"R{len(self.records) + 1}"
        self.records[key] = {"id": key, "version": 1, **values}
        return key

    def edit(self, key: str, **values: Any) -> None:
        """Somebody changes a record there."""
        record = self.records[key]
        for name, value in values.items():
            record[name] = {**record[name], **value} if isinstance(value, dict) and name in record else value
        record["version"] += 1


class _Handler(BaseHTTPRequestHandler):
    server: RestServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self.server.calls.append(f"GET {self.path}")
        if self.server.trouble:
            self._refuse(*self.server.trouble)
            return
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path != "/customers":
            self._record(parts.path.rsplit("/", 1)[1])
            return
        rows = [r for r in self.server.records.values() if asked.get("marker") in (None, r.get("marker"))]
        start = int(asked.get("from", 0))
        following = f"/customers?from={start + PAGE}" if start + PAGE < len(rows) else None
        self._answer(200, {"data": rows[start : start + PAGE], "links": {"next": following}})

    def _refuse(self, status: int, retry_after: str) -> None:
        self.send_response(status)
        self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PATCH(self) -> None:
        key, said = self.path.rsplit("/", 1)[1], self._said()
        self.server.calls.append(f"PATCH {key}")
        if key not in self.server.records:
            self._answer(404, {})
        elif self.headers.get("If-Match") not in (None, f'"{self.server.records[key]["version"]}"'):
            self._answer(412, {})
        elif said["customer"].get("name") == "":
            self._answer(422, {"message": "a customer needs a name"})
        else:
            self.server.edit(key, **said["customer"])
            self._changed(key)

    def do_POST(self) -> None:
        said, marker = self._said(), self.headers["Idempotency-Key"]
        self.server.calls.append("POST")
        if marker not in self.server.made:
            self.server.made[marker] = self.server.put(**said["customer"])
        self._changed(self.server.made[marker])

    def _changed(self, key: str) -> None:
        if self.server.mute:
            self.server.mute = False
            self.close_connection = True
            return
        self._record(key)

    def _record(self, key: str) -> None:
        record = self.server.records.get(key)
        self._answer(200 if record else 404, record or {}, tag=f'"{record["version"]}"' if record else "")

    def _said(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, status: int, body: Any, tag: str = "") -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(text)

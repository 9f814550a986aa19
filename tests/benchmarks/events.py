"""From a change in a source to the page that shows it: a launched portal, a signed webhook, and a person who looks."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import connections
from stdnum.iso7064 import mod_11_10

from accounts.models import AccountCrosswalk, User
from syncengine.events.signatures import sign
from syncengine.models import PolicyVersion, Stream
from syncengine.pipeline import publish_all, run_stream
from syncengine.policies.apply import apply_documents
from tests.portal.launched import Portal

CUSTOMERS, CHANGES = 50, 60
PATIENCE = 60.0
LOOK_EVERY = 0.02
EMAIL, PASSWORD, SECRET = "bench-events@example.org", "a-long-password", "bench-secret"
POLICY = """
source: live
label: Live
kind: sql
system: erp
connection: {{url: "sqlite:///{file}"}}
events: {{secret: {{secret: LIVE_WEBHOOK_SECRET}}}}
streams:
  accounts:
    object: account
    read: {{table: customer}}
    key: id
    modified: changed
    fields: {{name: name, tax_id: tax, phone: phone, city: city}}
"""


@dataclass
class LaunchedOn(Portal):
    """A portal launched on a database that is there already."""

    url: str = ""

    def environment(self) -> dict[str, str]:
        """The usual one, with the database and the secret that events are signed with."""
        return super().environment() | {"DATABASE_URL": self.url, "LIVE_WEBHOOK_SECRET": SECRET}


def look_at_events() -> None:
    """Print the median and the P95 of the time between a webhook and the page."""
    os.environ["LIVE_WEBHOOK_SECRET"] = SECRET
    home = Path(settings.HOME)
    file = _make_source(home / "live.sqlite")
    _declare(file)
    User.objects.filter(email=EMAIL).delete()
    User.objects.create_user(EMAIL, PASSWORD, role="executive")
    connections.close_all()
    portal = LaunchedOn(home, _free_port(), url=os.environ["DATABASE_URL"])
    portal.start()
    try:
        portal.await_up()
        times = _times(portal, file)
    finally:
        portal.end(signal.SIGTERM)
    ranked = sorted(times)
    p95 = ranked[int(len(ranked) * 0.95) - 1]
    what = f"webhook to page, {len(times)} changes"
    print(f"  {what:<70} {statistics.median(times):8.2f} s, P95 {p95:.2f} s", flush=True)


def _make_source(file: Path) -> Path:
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE customer (id TEXT PRIMARY KEY, name TEXT, tax TEXT, phone TEXT, city TEXT, "
                           "changed TEXT)")  # fmt: skip
        rows = [_row(number) for number in range(CUSTOMERS)]
        connection.executemany("INSERT INTO customer VALUES (?, ?, ?, ?, 'Köln', ?)", rows)
    return file


def _row(number: int) -> tuple[str, ...]:
    digits = f"{91_000_000 + number * 1237:08}"
    tax = f"DE{digits}{mod_11_10.calc_check_digit(digits)}"
    return f"L{number}", f"Livia {number} Werke GmbH", tax, f"+49 221 77{number:04}", datetime.now(UTC).isoformat()


def _declare(file: Path) -> None:
    version = PolicyVersion.objects.latest("number")
    documents = dict(version.documents) | {"live.yaml": POLICY.format(file=file)}
    if documents != version.documents:
        apply_documents(documents, by=None, now=datetime.now(UTC), base=version.number)
    run_stream(Stream.objects.get(source__name="live").pk)
    publish_all()


def _times(portal: Portal, file: Path) -> list[float]:
    with httpx.Client(base_url=f"http://127.0.0.1:{portal.port}", follow_redirects=True, timeout=PATIENCE) as client:
        _log_in(client)
        return [_change(client, file, number) for number in range(CHANGES)]


def _log_in(client: httpx.Client) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/login/").text)
    assert token
    client.post("/login/", data={"username": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": token[1]})


def _change(client: httpx.Client, file: Path, number: int) -> float:
    """Seconds from the change in the source until the customer's page shows it."""
    key, phone = f"L{number % CUSTOMERS}", f"+49 221 88{number:04}"
    account = AccountCrosswalk.objects.get(source__name="live", key=key).account_id
    started, now = time.monotonic(), datetime.now(UTC)
    with sqlite3.connect(file, timeout=PATIENCE) as connection:
        connection.execute("UPDATE customer SET phone = ?, changed = ? WHERE id = ?", [phone, now.isoformat(), key])
    _tell(client, key, number, now)
    digits = re.sub(r"\D", "", phone)[2:]
    while digits not in re.sub(r"[^\d<]", "", client.get(f"/customers/{account}/").text):
        assert time.monotonic() - started < PATIENCE, f"{phone} is not on the page"
        time.sleep(LOOK_EVERY)
    return time.monotonic() - started


def _tell(client: httpx.Client, key: str, number: int, now: datetime) -> None:
    body: dict[str, Any] = {
        "event_type": "customer.updated", "source_system": "live", "customer_id": key, "updated_fields": ["phone"],
        "timestamp": now.isoformat(), "requires_finance_review": False,
    }  # fmt: skip
    text, id = json.dumps(body).encode(), f"bench-{now.timestamp()}-{number}"
    headers = {
        "webhook-id": id, "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": sign(SECRET, id=id, at=now, body=text), "content-type": "application/json",
    }  # fmt: skip
    client.post("/api/v1/events", content=text, headers=headers).raise_for_status()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

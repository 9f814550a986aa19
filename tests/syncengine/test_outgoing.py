"""The change feed and the webhooks that bring it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client

from accounts.feed import forget_old, read_feed
from accounts.models import Account, FeedEvent
from syncengine.events.signatures import check_standard
from syncengine.models import WebhookDelivery, WebhookEndpoint
from syncengine.outgoing.endpoints import rotate_secret
from syncengine.outgoing.webhooks import BadEndpoint, add_endpoint, deliver_due, plan_deliveries, resend
from tests.factories import UserFactory
from tests.syncengine.writeback.two_systems import TwoSystems


class Receiver(HTTPServer):
    """Somebody's own server: what it was told, and what it answers."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        server.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(server.status)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def deliver(systems: TwoSystems, **options: Any) -> dict[str, int]:
    return deliver_due(clock=systems.clock, check=lambda url: None, jitter=lambda: 0.5, **options)


def endpoint_of(systems: TwoSystems, receiver: Receiver) -> WebhookEndpoint:
    made = add_endpoint(user=UserFactory(role="steward"), url="https://x.example", types=(), now=systems.now)
    WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{receiver.server_port}/")
    return made


def test_the_feed_has_no_gaps_and_is_read_from_a_number_on(systems: TwoSystems) -> None:
    client = Client()
    client.force_login(UserFactory(role="steward"))
    first = client.get("/api/v1/changes?after=0", headers={"host": "localhost"}).json()
    systems.edit("crm", "7", segment="B")
    systems.read()

    after = first["page"]["next"]
    following = client.get(f"/api/v1/changes?after={after}", headers={"host": "localhost"}).json()

    assert [event["type"] for event in first["data"]] == ["customer.created"]
    assert [event["type"] for event in following["data"]] == ["customer.updated"]
    assert [event["seq"] for event in first["data"] + following["data"]] == [1, 2]
    assert following["data"][0]["account"] == str(Account.objects.get().pk)


def test_what_is_forgotten_is_said_to_be_gone(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    systems.read()
    systems.edit("crm", "7", segment="C")
    systems.read()
    forget_old(now=systems.now + timedelta(days=91))
    client = Client()
    client.force_login(UserFactory(role="steward"))

    answers = [client.get(f"/api/v1/changes?after={n}", headers={"host": "localhost"}) for n in (1, 2)]

    assert [answer.status_code for answer in answers] == [410, 200]
    assert FeedEvent.objects.count() == 1


def test_a_change_is_told_once_signed_and_again_when_asked(systems: TwoSystems, receiver: Receiver) -> None:
    endpoint = endpoint_of(systems, receiver)
    systems.edit("crm", "7", segment="B")
    systems.read()

    assert [plan_deliveries(now=systems.now) for _ in range(2)] == [1, 0]
    assert deliver(systems)["delivered"] == 1
    headers, body = receiver.told[0]
    assert check_standard(headers, body, [endpoint.secret], now=systems.now) == "feed-2"
    assert json.loads(body)["type"] == "customer.updated"
    resend(delivery=WebhookDelivery.objects.get(), user=endpoint.user, now=systems.now)
    deliver(systems)
    assert [told[0]["webhook-id"] for told in receiver.told] == ["feed-2", "feed-2"]


def test_the_checked_address_is_called_whatever_the_name_means(systems: TwoSystems, receiver: Receiver) -> None:
    endpoint_of(systems, receiver)
    WebhookEndpoint.objects.update(url=f"http://nobody.invalid:{receiver.server_port}/hook")
    systems.edit("crm", "7", segment="B")
    systems.read()
    plan_deliveries(now=systems.now)

    counts = deliver_due(clock=systems.clock, check=lambda url: "127.0.0.1", jitter=lambda: 0.5)

    assert counts["delivered"] == 1
    assert receiver.told[0][0]["host"] == f"nobody.invalid:{receiver.server_port}"


def test_both_secrets_sign_for_a_day_after_one_was_changed(systems: TwoSystems, receiver: Receiver) -> None:
    endpoint = endpoint_of(systems, receiver)
    fresh = rotate_secret(endpoint=endpoint, user=endpoint.user, now=systems.now)
    systems.edit("crm", "7", segment="B")
    systems.read()
    plan_deliveries(now=systems.now)
    deliver(systems)

    headers, body = receiver.told[0]
    assert [check_standard(headers, body, [secret], now=systems.now) for secret in (fresh, endpoint.secret)] == [
        "feed-2", "feed-2",
    ]  # fmt: skip


def test_a_failing_endpoint_is_tried_for_a_day_and_then_switched_off(systems: TwoSystems, receiver: Receiver) -> None:
    endpoint_of(systems, receiver)
    receiver.status = 500
    systems.edit("crm", "7", segment="B")
    systems.read()
    plan_deliveries(now=systems.now)
    states = []
    for hours in (0, 1, 5, 12, 25):
        systems.now += timedelta(hours=hours)
        states.append(next(name for name, count in deliver(systems).items() if count))

    assert states == ["waiting", "waiting", "waiting", "waiting", "failed"]
    assert WebhookEndpoint.objects.get().reason == "nobody answered for 24 hours"


def test_only_an_https_address_is_taken(systems: TwoSystems) -> None:
    with pytest.raises(BadEndpoint):
        add_endpoint(user=UserFactory(role="steward"), url="http://x.example", types=(), now=systems.now)


@pytest.mark.django_db
def test_the_feed_tells_of_alerts_only_where_their_rule_is_seen() -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    kinds = [("alert.opened", {"rule": "late_data"}), ("alert.opened", {"rule": "fast_drop"}), ("customer.updated", {})]
    FeedEvent.objects.bulk_create(
        FeedEvent(seq=seq, type=kind, at=at, detail=detail) for seq, (kind, detail) in enumerate(kinds, start=1)
    )
    seen = {role: [e.seq for e in read_feed(UserFactory(role=role), after=0).events] for role in ("steward", "finance")}
    assert seen == {"steward": [1, 3], "finance": [2, 3]}

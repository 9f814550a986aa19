"""An event is noted once, fetched at once, and asks finance where it says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ChangeRequest
from syncengine.events.inbox import take_events
from syncengine.events.kafka import consume
from syncengine.events.signatures import sign
from syncengine.models import InboxEvent, OutboxMessage, SourceRecord
from syncengine.pipeline import publish_all, refresh_records
from syncengine.policies import current_policies
from syncengine.policies.apply import apply_folder
from tests.syncengine.writeback.two_systems import START, TwoSystems, make_two_systems

EVENTS = """
events:
  secret: {secret: CRM_WEBHOOK_SECRET}
  shapes:
    - {stream: accounts, each: events, key: objectId, id: eventId, at: occurredAt, when: {type: company.change}}
"""


@pytest.fixture
def systems(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TwoSystems:
    """Two systems in agreement, the CRM of which sends events."""
    monkeypatch.setenv("CRM_WEBHOOK_SECRET", "a-secret")
    made = make_two_systems(tmp_path)
    crm = tmp_path / "policies" / "crm.yaml"
    crm.write_text(crm.read_text() + EVENTS)
    apply_folder(tmp_path / "policies", by=None, now=START)
    for name in ("crm", "erp"):
        made.put(name, "7", name="Brandt Maschinenbau GmbH", segment="A", city="Köln", tax="DE136695976")
    made.settle()
    return made


def envelope(systems: TwoSystems, **more: Any) -> dict[str, Any]:
    """The envelope as it is agreed on, about the one customer."""
    return {
        "event_type": "customer.updated", "source_system": "crm", "customer_id": "7", "erp_customer_id": "7",
        "updated_fields": ["billing_address", "tax_region"], "timestamp": systems.now.isoformat(),
        "requires_finance_review": False,
    } | more  # fmt: skip


def post(body: Any, *, id: str = "e1", secret: str = "a-secret", path: str = "/api/v1/events") -> Any:
    """A signed call."""
    text, now = json.dumps(body).encode(), timezone.now()
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": sign(secret, id=id, at=now, body=text),
        "host": "localhost",
    }
    return Client().post(path, text, content_type="application/json", headers=headers)


def take(systems: TwoSystems) -> int:
    """What a worker does when it is woken."""

    def refresh(stream_id: int, keys: tuple[str, ...], **options: Any) -> Any:
        return refresh_records(stream_id, keys, clock=systems.clock, **options)

    taken = take_events(refresh=refresh, clock=timezone.now)
    publish_all(clock=systems.clock)
    return taken


def test_an_event_brings_its_record_at_once_and_only_once(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    body = envelope(systems)

    answers = [post(body) for _ in range(2)]

    assert [(a.status_code, a.json()["accepted"]) for a in answers] == [(202, 1), (202, 0)]
    assert InboxEvent.objects.count() == 1
    assert take(systems) == 1
    assert systems.customer().segment == "B"
    assert InboxEvent.objects.get().state == "done"


def test_an_older_event_calls_nobody(systems: TwoSystems) -> None:
    before = (systems.now - timedelta(hours=1)).isoformat()
    post(envelope(systems, timestamp=before))

    take(systems)

    assert InboxEvent.objects.get().state == "superseded"


def test_what_is_deleted_and_not_found_is_gone(systems: TwoSystems) -> None:
    systems.run("crm", "DELETE FROM customer")
    post(envelope(systems, event_type="customer.deleted"))

    take(systems)

    assert SourceRecord.objects.get(stream__source__name="crm").deleted_at is not None
    assert systems.customer().record_count == 2


def test_finance_is_asked_before_anything_reaches_the_erp(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    post(envelope(systems, requires_finance_review=True))
    take(systems)
    systems.send()

    request = ChangeRequest.objects.get()
    assert (request.kind, request.state, request.approvers) == ("event", "waiting", ["finance"])
    assert request.changes == [{"field": 15, "after": "B", "before": "A"}]
    assert (OutboxMessage.objects.get().state, systems.row("erp", "7", "segment")) == ("waiting", ("A",))
    ChangeRequest.objects.update(state="approved")
    systems.settle()
    assert systems.row("erp", "7", "segment") == ("B",)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"source_system": "crm"}, 400, "event-not-understood"),
        ({"source_system": "nobody"}, 401, "bad-signature"),
        ([], 401, "bad-signature"),
    ],
)
def test_what_cannot_be_taken_is_told(systems: TwoSystems, body: Any, status: int, code: str) -> None:
    answer = post(body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_wrong_signature_is_refused(systems: TwoSystems) -> None:
    assert post(envelope(systems), secret="guessed").status_code == 401


def test_a_declared_shape_of_another_system_is_read(systems: TwoSystems) -> None:
    at = int(datetime.now(UTC).timestamp() * 1000)
    changed = {"type": "company.change", "objectId": 7, "eventId": 99, "occurredAt": at}
    other = {"type": "deal.change", "objectId": 8, "eventId": 100, "occurredAt": at}

    answer = post({"events": [changed, other]}, path="/api/v1/events/crm")

    assert answer.json() == {"accepted": 1}
    assert InboxEvent.objects.values_list("event_id", "key").get() == ("99", "7")


def test_events_come_over_kafka_too(systems: TwoSystems, tmp_path: Path) -> None:
    kafka = pytest.importorskip("confluent_kafka")
    producer = kafka.Producer({"test.mock.num.brokers": 1})
    broker = next(iter(producer.list_topics(timeout=10).brokers.values()))
    policy = tmp_path / "policies" / "crm.yaml"
    policy.write_text(policy.read_text() + f'  kafka: {{brokers: "{broker.host}:{broker.port}", topic: crm}}\n')
    apply_folder(tmp_path / "policies", by=None, now=START)
    body = envelope(systems)
    for value in (json.dumps(body), "not json", json.dumps(body)):
        producer.produce("crm", value)
    producer.flush(10)
    polls = iter([True] * 25)

    noted = consume(
        current_policies().sources["crm"], clock=systems.clock,
        going=lambda: InboxEvent.objects.count() == 0 and next(polls, False),
    )  # fmt: skip

    assert noted == 1
    assert list(InboxEvent.objects.values_list("key", "via")) == [("7", "kafka")]

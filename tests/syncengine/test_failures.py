"""What a source in trouble does to itself and to nobody else: its breaker, its overlap, and who is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models.alert import Alert
from syncengine import breaker
from syncengine.connectors import StreamRequest, open_connector
from syncengine.models import Breaker, Run, StewardTask, Stream
from syncengine.operations.watch import watch_operations
from syncengine.policies.apply import apply_folder
from syncengine.tasks import sync_stream
from tests.syncengine.connectors.rest_server import RestServer
from tests.syncengine.small_company import SmallCompany

SHOP = """
source: shop
label: Shop
kind: rest
system: other
connection: {{url: "{url}"}}
streams:
  customers:
    object: account
    read: {{list: /customers, items: data, next: links.next}}
    key: id
    listing: full
    fields: {{name: name}}
"""


@pytest.fixture
def server() -> Iterator[RestServer]:
    with RestServer() as running:
        yield running
        running.shutdown()


def test_a_source_in_trouble_is_left_alone_and_the_others_are_read(company: SmallCompany, server: RestServer) -> None:
    (company.folder / "policies/shop.yaml").write_text(SHOP.format(url=server.url))
    apply_folder(company.folder / "policies", by=None, now=company.now)
    shop = Stream.objects.get(source__name="shop")
    server.put(name="Koehler Pumps")
    for _ in range(breaker.FAILURES - 1):
        breaker.note_failure(shop.source_id, now=timezone.now(), reason="no answer")
    server.trouble = (503, "0")
    failed = Run.objects.get(pk=sync_stream(stream_id=shop.pk))
    asked = len(server.calls)

    assert (failed.state, failed.read, asked > 1) == ("failed", 0, True), "tried again before it counts as failed"
    assert (sync_stream(stream_id=shop.pk), len(server.calls)) == (None, asked), "nobody calls while it rests"
    assert sync_stream(stream_id=Stream.objects.get(source__name="crm", name="accounts").pk) is not None
    server.trouble = None
    Breaker.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    done = Run.objects.get(pk=sync_stream(stream_id=shop.pk))
    assert (done.state, done.created, Breaker.objects.get().failures) == ("succeeded", 1, 0)


def test_pauses_double_and_a_server_that_names_its_own_is_believed(company: SmallCompany) -> None:
    source, now = Stream.objects.earliest("pk").source_id, company.now
    pauses = [breaker.pause_after(failures).total_seconds() for failures in (4, 5, 6, 7, 40)]
    breaker.note_failure(source, now=now, reason="quota", retry_after=900)

    assert pauses == [0, 30, 60, 120, 1800]
    assert breaker.is_open(source, now=now) == now + timedelta(minutes=15)
    assert breaker.is_open(source, now=now + timedelta(minutes=15)) is None


def test_a_row_that_was_committed_late_is_read_within_the_overlap(tmp_path: Path) -> None:
    path = tmp_path / "crm.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, changed TEXT)")
        base.execute("INSERT INTO customers VALUES ('1', 'Koehler', '2026-03-01T10:00:00.000000+00:00')")
    stream = StreamRequest(
        "customers", "account", {"table": "customers"}, "id", datetime(2026, 3, 1, 10, 0, 1, tzinfo=UTC),
        modified="changed", overlap=timedelta(seconds=5),
    )  # fmt: skip
    with open_connector("sql", {"url": f"sqlite:///{path}"}) as connector:
        mark = list(connector.read(stream))[-1].watermark
        with sqlite3.connect(path) as base:
            base.execute("INSERT INTO customers VALUES ('2', 'Brandt', '2026-03-01T09:59:58.000000+00:00')")
            base.execute("INSERT INTO customers VALUES ('3', 'Late', '2026-03-01T09:59:00.000000+00:00')")
        later = StreamRequest(
            "customers", "account", {"table": "customers"}, "id", datetime(2026, 3, 1, 10, 1, tzinfo=UTC),
            modified="changed", overlap=timedelta(seconds=5), watermark=mark,
        )  # fmt: skip
        found = {row["id"] for batch in connector.read(later) for row in batch.rows.to_dicts()}

    assert found == {"1", "2"}


def test_runs_that_succeed_less_often_are_told(company: SmallCompany) -> None:
    stream = Stream.objects.earliest("pk")
    Run.objects.bulk_create(
        Run(stream=stream, state=state, started_at=company.now - timedelta(hours=hours))
        for state, hours in (("succeeded", 72), ("succeeded", 48), ("succeeded", 2), ("failed", 1))
    )
    watch_operations(at=company.now)

    alert = Alert.objects.get(rule="success_drop", source=stream.source)
    assert alert.facts == {"rate": 50, "before": 100, "hours": 24}


def test_duplicates_that_rise_are_told_and_over_when_answered(company: SmallCompany) -> None:
    for number in range(30):
        opened = company.now - timedelta(days=9 if number < 10 else 1)
        StewardTask.objects.create(kind="duplicate", subject=f"{number}", opened_at=opened)
    watch_operations(at=company.now)
    raised = Alert.objects.get(rule="duplicates_rising")
    StewardTask.objects.filter(subject__gt="2").update(state="done", closed_at=company.now)
    watch_operations(at=company.now)

    assert (raised.facts, raised.closed_at) == ({"count": 30, "before": 10}, None)
    raised.refresh_from_db()
    assert raised.closed_at == company.now

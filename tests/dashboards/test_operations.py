"""The pages of those who look after the sync."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Source
from syncengine.models import DeadLetter, ErrorGroup, FreshnessCheck, KeyProof, Run, SchemaDrift, SourceRecord, Stream
from syncengine.operations.indicators import renew_operation
from tests.dashboards.conftest import NOW
from tests.factories import make

Login = Callable[[str], Client]
HOUR = timedelta(hours=1)


@pytest.fixture
def stream(sources: dict[str, Source]) -> Stream:
    """The CRM's customers, looked at, proved and drifted."""
    stream = Stream.objects.create(source=sources["crm"], name="accounts", object="account")
    FreshnessCheck.objects.create(stream=stream, checked_at=NOW - timedelta(hours=1), fresh=False)
    KeyProof.objects.create(
        stream=stream, checked_at=NOW, listed=2, known=1, missing=1, missing_keys=["K-4711"], extra=0
    )
    SchemaDrift.objects.create(stream=stream, column="Segment", kind="removed", mapped=True, seen_at=NOW)
    return stream


def group_of(stream: Stream, mark: str) -> ErrorGroup:
    """An error group with one open record."""
    group = ErrorGroup.objects.create(
        stream=stream, fingerprint=mark, stage="validate", title=f"name “…” is too short {mark}", count=1,
        first_at=NOW, last_at=NOW,
    )  # fmt: skip
    DeadLetter.objects.create(
        stream=stream, group=group, key=mark, stage="validate", reason=f"name “Secret {mark}” is too short",
        payload="{}", fingerprint=mark, created_at=NOW, seen_at=NOW,
    )  # fmt: skip
    return group


def test_a_stream_shows_its_promise_and_its_proof(login: Login, stream: Stream) -> None:
    page = login("operator").get(f"/sync/streams/{stream.pk}/").content.decode()

    assert ["K-4711" in page, "99 %" in page, "Segment" in page] == [True, True, True]


@pytest.mark.parametrize("place", ["errors/", "schema/", "trace/?key=1"])
@pytest.mark.parametrize(("role", "status"), [("operator", 200), ("steward", 200), ("sales", 403)])
def test_pages_are_for_those_who_run_it(login: Login, stream: Stream, place: str, role: str, status: int) -> None:
    assert login(role).get(f"/sync/{place}").status_code == status


@pytest.mark.parametrize(("role", "seen"), [("operator", False), ("steward", True)])
def test_values_in_errors_are_hidden_from_masked_roles(login: Login, stream: Stream, role: str, seen: bool) -> None:
    group = group_of(stream, "1")

    page = login(role).get(f"/sync/errors/{group.pk}/").content.decode()

    assert ("Secret 1" in page) is seen


def test_a_group_is_taken_on_muted_and_called_fixed(login: Login, stream: Stream) -> None:
    group, client = group_of(stream, "1"), login("operator")
    states = []
    for act in ("known", "mute", "fixed"):
        client.post(f"/sync/errors/{group.pk}/{act}/")
        group.refresh_from_db()
        states.append(group.state)

    assert states == ["known", "muted", "fixed"]


def test_errors_take_as_many_queries_for_three_as_for_one(login: Login, stream: Stream) -> None:
    client, counts = login("operator"), []
    for marks in (("1",), ("2", "3")):
        for mark in marks:
            group_of(stream, mark)
        with CaptureQueriesContext(connection) as queries:
            client.get("/sync/errors/")
        counts.append(len(queries))

    assert counts == [counts[0], counts[0]]


def test_a_trace_names_the_stations(login: Login, stream: Stream) -> None:
    SourceRecord.objects.create(
        stream=stream, key="C-1", digest="0" * 32, first_seen_at=NOW, changed_at=NOW, run_id=1
    )

    page = login("operator").get("/sync/trace/?key=C-1").content.decode()

    assert ["First seen" in page, "Landed" in page] == [True, True]


def test_drift_is_answered(login: Login, stream: Stream) -> None:
    drift = SchemaDrift.objects.get()

    login("operator").post(f"/sync/schema/{drift.pk}/block/")

    drift.refresh_from_db()
    assert drift.state == "blocked"


def test_what_was_refused_and_never_taken_is_traced_to_its_refusal(login: Login, stream: Stream) -> None:
    letter, client = DeadLetter.objects.get(group=group_of(stream, "K-1")), login("operator")

    asked = [client.get("/sync/trace/", {"key": key}).context for key in ("K-1", " K-1 ", "K-2")]
    elsewhere = client.get("/sync/trace/", {"key": "K-1", "source": "erp"}).context

    assert [found["refused"] for found in (*asked, elsewhere)] == [[letter], [letter], [], []]


def test_what_running_the_portal_is_measured_by_has_values_for_who_runs_it(login: Login, stream: Stream) -> None:
    Run.objects.create(stream=stream, state="succeeded", started_at=NOW - 2 * HOUR, finished_at=NOW - HOUR, read=4,
                       rejected=1)  # fmt: skip
    make("order", source=stream.source, published_at=NOW, modified_at=NOW - HOUR)
    renew_operation(at=NOW, today=NOW.date())
    operator, unseeing = login("operator"), login("marketing")
    clients = {"error_rate": operator, "sync_latency": operator, "freshness": unseeing}
    pages = {name: client.get(f"/metrics/{name}/").content.decode() for name, client in clients.items()}

    assert ["25.0 %" in pages["error_rate"], "1 of 4" in pages["error_rate"]] == [True, True]
    assert ["60.0 min" in pages["sync_latency"], "P95 60.0 min" in pages["sync_latency"]] == [True, True]
    assert ["Over all sources" in page for page in pages.values()] == [True, True, False]

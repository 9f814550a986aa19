"""Sources, runs and refused records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.loading import begin_load
from accounts.models import Source
from syncengine.models import DeadLetter, Run, Stream
from tests.dashboards.conftest import NOW

Login = Callable[[str], Client]


@pytest.fixture
def stream(sources: dict[str, Source]) -> Stream:
    """The CRM's customers."""
    return Stream.objects.create(source=sources["crm"], name="accounts", object="account")


def finished(stream: Stream, **counts: int) -> Run:
    """A run of the stream that succeeded."""
    return Run.objects.create(
        stream=stream,
        state="succeeded",
        started_at=NOW - timedelta(minutes=1),
        finished_at=NOW,
        stages={"land": 0.5},
        **counts,
    )


def refused(stream: Stream, run: Run, mark: str = "1") -> DeadLetter:
    """A record that was refused."""
    return DeadLetter.objects.create(
        stream=stream,
        run=run,
        key=mark,
        stage="validate",
        reason="name is missing",
        payload='{"Secret": "4711"}',
        fingerprint=mark,
        created_at=NOW,
        seen_at=NOW,
    )


@pytest.mark.parametrize(
    ("role", "status"), [("steward", 200), ("operator", 200), ("sales", 403), ("administrator", 403)]
)
def test_board_is_for_those_who_run_it(login: Login, stream: Stream, role: str, status: int) -> None:
    assert login(role).get("/sync/").status_code == status


def test_run_page_tells_whether_the_ledger_balances(login: Login, stream: Stream) -> None:
    good = finished(stream, read=3, created=2, unchanged=1, known_after=2)
    bad = finished(stream, read=9, created=2, known_after=2)
    client = login("operator")

    pages = [client.get(f"/sync/runs/{run.pk}/").content.decode() for run in (good, bad)]

    assert ["Unbalanced" in page for page in pages] == [False, True]


@pytest.mark.parametrize("role", ["steward", "operator"])
def test_what_the_source_sent_is_hidden_from_those_who_may_not_see_it(login: Login, stream: Stream, role: str) -> None:
    refused(stream, finished(stream))

    page = login(role).get("/sync/refused/").content.decode()

    assert ("Name is missing" in page, "4711" in page) == (True, False)


def test_board_takes_as_many_queries_for_three_runs_as_for_one(login: Login, stream: Stream) -> None:
    client = login("operator")
    counts = []
    for runs in (1, 2):
        for _ in range(runs):
            finished(stream)
        with CaptureQueriesContext(connection) as queries:
            client.get("/sync/")
        counts.append(len(queries))

    assert counts == [counts[0], counts[0]]


def test_unknown_run_is_not_found(login: Login) -> None:
    assert login("operator").get("/sync/runs/404/").status_code == 404


def test_the_word_that_ends_a_first_load_is_given_on_the_board(login: Login, stream: Stream) -> None:
    begin_load(now=NOW)
    client = login("operator")
    page = client.get("/sync/").content.decode()

    told = [client.post("/sync/first-load/end/", follow=True).content.decode() for _ in range(2)]

    assert ("End the first load" in page, "The first load is over." in told[0]) == (True, True)
    assert ("End the first load" in told[0], "No first load is under way." in told[1]) == (False, True)

"""Refused records on their pages: chosen, tried without a trace, edited, replayed; and what a run's page tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from syncengine.models import DeadLetter, ErrorGroup, Run, SchemaDrift, SourceRecord, Stream
from syncengine.refused import edit
from tests.factories import UserFactory
from tests.syncengine.small_company import SmallCompany, make_small_company

Login = Callable[[str], Client]


@pytest.fixture
def company(db: None, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> SmallCompany:
    """Two held customers and a sound one."""
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path))
    made = make_small_company(tmp_path)  # type: ignore[arg-type]
    made.write("erp/customers", *[f"{n};2026-02-01T08:00:00Z;Kunde {n};;;;;DE;;-{n},00" for n in (1, 2)],
               "3;2026-02-01T08:00:00Z;Gut;;;;;DE;;3,00")  # fmt: skip
    made.read("erp.customers")
    made.publish()
    return made


@pytest.fixture
def login(db: None) -> Login:
    def log_in(role: str) -> Client:
        client = Client()
        client.force_login(UserFactory(email=f"{role}@example.com", role=role))
        return client

    return log_in


def open_letters() -> int:
    return DeadLetter.objects.filter(state="open").count()


def test_what_is_chosen_is_tried_without_a_trace_and_then_replayed(login: Login, company: SmallCompany) -> None:
    client, runs = login("steward"), Run.objects.count()
    chosen = {"source": "erp", "since": "2026-03-01", "until": "2026-03-03"}

    tried = client.post("/sync/refused/replay/", chosen | {"act": "try"}).context["outcome"]
    assert (tried.tried, tried.taken, tried.again) == (2, 0, 2)
    assert (Run.objects.count(), open_letters()) == (runs, 2)
    for letter in DeadLetter.objects.all():
        DeadLetter.objects.filter(pk=letter.pk).update(edited_payload=letter.payload.replace('"-', '"'))
    client.post("/sync/refused/replay/", chosen | {"act": "replay"})
    assert (Run.objects.filter(kind="replay").count(), open_letters()) == (1, 0)


def test_a_window_that_holds_nothing_replays_nothing(login: Login, company: SmallCompany) -> None:
    page = login("steward").get("/sync/refused/?until=2026-02-01").content.decode()

    assert ["Replay all" in page, "No record that waits fits what you ask for." in page] == [False, True]


def test_one_record_is_looked_at_and_taken_as_it_was_edited(login: Login, company: SmallCompany) -> None:
    client, letter = login("steward"), DeadLetter.objects.get(key="1")
    refused = client.post(f"/sync/refused/{letter.pk}/try/").context["preview"].taken
    sound = letter.payload.replace("-1,00", "1,00")
    edit(letter_id=letter.pk, payload=sound, reason="a slip", user=UserFactory(), now=company.now)

    tried = client.post(f"/sync/refused/{letter.pk}/try/")
    assert (refused, tried.context["preview"].taken, open_letters()) == (False, True, 2)
    client.post(f"/sync/refused/{letter.pk}/replay/")
    letter.refresh_from_db()
    assert (letter.state, letter.note, open_letters()) == ("replayed", "a slip", 1)


def test_an_operator_replays_without_seeing_values(login: Login, company: SmallCompany) -> None:
    client, letter = login("operator"), DeadLetter.objects.get(key="1")
    pages = [client.get(f"/sync/refused/{letter.pk}/"), client.get("/sync/refused/"),
             client.post(f"/sync/refused/{letter.pk}/try/", {"payload": "{}"})]  # fmt: skip

    assert [word in page.content.decode() for page in pages for word in ("Kunde 1", "-1,00")] == [False] * 6
    client.post(f"/sync/refused/{letter.pk}/replay/", {"payload": letter.payload.replace("-1", "1")})
    assert (open_letters(), Run.objects.filter(kind="replay").count()) == (2, 1)


def test_a_run_tells_its_log_its_like_and_whom_it_touched(login: Login, company: SmallCompany) -> None:
    first = Run.objects.filter(stream__isnull=False).get()
    company.pass_time()
    company.write("erp/customers", "3;2026-03-01T08:00:00Z;Besser;;;;;DE;;3,00")
    second = company.read("erp.customers")

    report = login("steward").get(f"/sync/runs/{second.pk}/").context["report"]

    assert (report.good, [line.text for line in report.lines]) == (first, ["1 read: 1 updated"])
    assert (report.affected.count, [account.name for account in report.affected.named]) == (1, ["Gut"])


def test_a_running_run_is_cancelled_from_its_page(login: Login, company: SmallCompany) -> None:
    run = Run.objects.create(stream=Stream.objects.get(name="customers"), started_at=company.now)

    login("operator").post(f"/sync/runs/{run.pk}/cancel/")

    run.refresh_from_db()
    assert run.cancel_asked_at is not None


def test_a_new_column_is_mapped_into_a_draft_by_a_steward_alone(login: Login, company: SmallCompany) -> None:
    stream = Stream.objects.get(source__name="erp", name="customers")
    drift = SchemaDrift.objects.create(stream=stream, column="Tel", kind="added", seen_at=company.now, state="accepted")
    client = login("steward")
    assert "Map to" in client.get("/sync/schema/").content.decode()
    assert "Map to" not in login("operator").get("/sync/schema/").content.decode()

    answer = client.post(f"/sync/schema/{drift.pk}/map/", {"to": "phone"}, follow=True)

    assert "phone: Tel" in answer.context["draft"].documents["erp.yaml"]


def test_a_sentence_stands_on_pages_with_the_data(login: Login, company: SmallCompany) -> None:
    stream, told = Stream.objects.get(source__name="erp", name="customers"), "ERP customers are as of 06:00"
    client = login("operator")
    client.post(f"/sync/streams/{stream.pk}/notice/", {"notice": told, "hours": "4"})
    reader = login("finance")
    pages = {name: reader.get(f"/{name}/").content.decode() for name in ("customers", "receivables")}

    assert {name: told in page for name, page in pages.items()} == {"customers": True, "receivables": False}


def test_who_is_affected_by_an_error_group_is_counted(login: Login, company: SmallCompany) -> None:
    company.write("erp/customers", "3;2026-03-01T08:00:00Z;Gut;;;;;DE;;-3,00")
    company.read("erp.customers")

    affected = login("steward").get(f"/sync/errors/{ErrorGroup.objects.get().pk}/").context["affected"]

    assert (affected.count, [account.name for account in affected.named]) == (1, ["Gut"])
    assert SourceRecord.objects.count() == 1

"""The steward's desk."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.catalogue import load
from accounts.models import Account, AccountCrosswalk, AccountSummary, Source
from syncengine.models import CanonicalAccount, Decision, StewardTask, Stream
from tests.dashboards.conftest import NOW

Login = Callable[[str], Client]
Make = Callable[..., Account]
PHONE = load()["account"].fields["phone"].code


@pytest.fixture
def stream(sources: dict[str, Source]) -> Stream:
    """The stream the records of these tests came by."""
    return Stream.objects.create(source=sources["crm"], name="accounts", object="account")


def record(walk: AccountCrosswalk, stream: Stream, **values: object) -> CanonicalAccount:
    """What one source says of a customer."""
    return CanonicalAccount.objects.create(
        crosswalk=walk, source_id=walk.source_id, stream_id=stream.pk, key=walk.key, observed_at=NOW, **values
    )


@pytest.fixture
def duplicate(customer: Make, stream: Stream) -> StewardTask:
    """Two customers that may be one: the street is written differently."""
    left, right = customer("Köhler Pumps"), customer("Koehler Pumps")
    AccountSummary.objects.update(open_receivable=Decimal(0))
    walks = [AccountCrosswalk.objects.filter(account=account).order_by("pk")[0] for account in (left, right)]
    for walk, name in zip(walks, ("Köhler Pumps", "Koehler Pumps"), strict=True):
        record(walk, stream, name=name, city="Köln")
    return StewardTask.objects.create(
        kind="duplicate",
        subject="1-2",
        account=left,
        other_account=right,
        records=[walk.pk for walk in walks],
        confidence=0.91,
        reason="same city, similar name",
        value_at_stake=Decimal(5000),
        opened_at=NOW,
    )


@pytest.fixture
def conflict(customer: Make, stream: Stream) -> StewardTask:
    """One customer with two telephone numbers."""
    account = customer()
    for walk, phone in zip(
        AccountCrosswalk.objects.filter(account=account).order_by("pk"),
        ("+49 221 1", "+49 221 2"),
        strict=True,
    ):
        record(walk, stream, phone=phone)
    return StewardTask.objects.create(
        kind="conflict",
        subject="c",
        account=account,
        field=PHONE,
        reason="Phone differs between sources",
        opened_at=NOW,
    )


@pytest.mark.parametrize("role", ["sales", "finance", "operator", "administrator"])
def test_tasks_of_the_desk_are_for_stewards(login: Login, duplicate: StewardTask, role: str) -> None:
    assert login(role).get(f"/queue/{duplicate.pk}/").status_code in (403, 404)


def test_card_marks_the_characters_that_differ(login: Login, duplicate: StewardTask) -> None:
    response = login("steward").get(f"/queue/{duplicate.pk}/")

    assert "K<ins>ö</ins>hler Pumps" in response.content.decode()
    assert [row.label for row in response.context["differing"]] == ["Name"]
    assert [row.label for row in response.context["equal"]] == ["City"]


@pytest.mark.parametrize("answer", ["same", "different"])
def test_answer_is_kept_and_can_be_taken_back(login: Login, duplicate: StewardTask, answer: str) -> None:
    client = login("steward")

    client.post(f"/queue/{duplicate.pk}/decide/", {"kind": answer})
    duplicate.refresh_from_db()
    answered = (duplicate.state, duplicate.outcome)
    client.post(f"/queue/{duplicate.pk}/undo/")
    duplicate.refresh_from_db()

    assert answered == ("done", answer)
    assert duplicate.state == "open"
    assert Decision.objects.get().closed_at is not None


def test_answer_by_htmx_brings_the_end_of_the_queue_and_an_undo(login: Login, duplicate: StewardTask) -> None:
    response = login("steward").post(
        f"/queue/{duplicate.pk}/decide/",
        {"kind": "same"},
        headers={"HX-Request": "true", "HX-Target": "work"},
    )

    part = response.content.decode()
    assert "Nothing waits" in part
    assert f'hx-post="/queue/{duplicate.pk}/undo/"' in part
    assert response.headers["HX-Push-Url"] == "/queue/"


def test_second_answer_is_refused_with_the_first(login: Login, duplicate: StewardTask) -> None:
    client = login("steward")
    client.post(f"/queue/{duplicate.pk}/decide/", {"kind": "same"})

    response = client.post(f"/queue/{duplicate.pk}/decide/", {"kind": "different"})

    assert (response.status_code, "settled already" in response.content.decode()) == (422, True)


def test_conflict_offers_each_value_by_its_key(login: Login, conflict: StewardTask) -> None:
    response = login("steward").get(f"/queue/{conflict.pk}/")

    assert [(choice["key"], choice["value"]) for choice in response.context["choices"]] == [
        ("1", "+49 221 1"),
        ("2", "+49 221 2"),
    ]


@pytest.mark.parametrize("typed", [True, False])
def test_conflict_is_settled_by_a_chosen_or_typed_value(login: Login, conflict: StewardTask, typed: bool) -> None:
    second = CanonicalAccount.objects.order_by("-pk")[0]
    answer = {"value": "+49 221 3"} if typed else {"record": str(second.pk)}

    login("steward").post(f"/queue/{conflict.pk}/resolve/", answer)

    conflict.refresh_from_db()
    assert conflict.outcome == ("pinned +49 221 3" if typed else "pinned +49 221 2")


def test_conflict_without_a_value_is_asked_again(login: Login, conflict: StewardTask) -> None:
    response = login("steward").post(f"/queue/{conflict.pk}/resolve/", {"value": " "})

    assert response.status_code == 422


def test_list_puts_the_most_valuable_first(login: Login, duplicate: StewardTask, conflict: StewardTask) -> None:
    response = login("steward").get("/queue/")

    assert [row.task.pk for row in response.context["rows"]] == [duplicate.pk, conflict.pk]

"""Asking for changes on a page, and deciding on those of others in the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AccountSummary, ChangeRequest
from syncengine.models import Pin, StewardTask
from syncengine.steward.approvals import renew_requests
from tests.dashboards.conftest import NOW
from tests.factories import UserFactory

Login = Callable[[str], Client]
Make = Callable[..., Account]


def ask(client: Client, account: Account, **values: str) -> ChangeRequest:
    client.post(f"/customers/{account.pk}/changes/", {"reason": "they wrote to us", **values})
    return ChangeRequest.objects.latest("pk")


def test_what_is_ones_own_is_changed_at_once(login: Login, customer: Make) -> None:
    request = ask(login("steward"), customer(), field="segment", value="B")

    assert (request.state, request.changes) == ("applied", [{"field": 15, "before": "A", "after": "B"}])


def card_of(request: ChangeRequest) -> StewardTask:
    return StewardTask.objects.get(request=request)


def settle(client: Client, task: StewardTask, **values: str) -> int:
    return client.post(f"/queue/{task.pk}/settle/?view=approvals", values).status_code


@pytest.fixture
def chief(db: None) -> Client:
    """Another person of finance."""
    client = Client()
    client.force_login(UserFactory(email="chief@example.com", role="finance"))
    return client


def test_what_is_not_is_a_card_of_the_queue_of_another_person(login: Login, customer: Make, chief: Client) -> None:
    client, account = login("finance"), customer()
    AccountSummary.objects.filter(pk=account.pk).update(revenue_ttm=7000, open_receivable=500)
    request = ask(client, account, field="payment_terms", value="60 days")
    task = card_of(request)

    own = [client.get(f"/queue/{task.pk}/").status_code, settle(client, task, act="approve")]
    seen = [row.task.pk for row in chief.get("/queue/?view=approvals").context["rows"]]
    card = chief.get(f"/queue/{task.pk}/").content.decode()
    refused = [settle(chief, task, act="reject"), login("steward").get(f"/queue/{task.pk}/").status_code]
    settle(chief, task, act="approve")

    assert (own, seen, refused) == ([404, 404], [task.pk], [422, 404])
    assert ["60 days" in card, "they wrote to us" in card, "Finance decides" in card] == [True, True, True]
    assert (task.urgency, task.value_at_stake, task.account_id) == ("billing", 7500, account.pk)
    request.refresh_from_db()
    task.refresh_from_db()
    assert (request.state, task.state, task.outcome) == ("applied", "done", "approved")


def test_the_page_of_a_request_leads_who_decides_to_its_card(login: Login, customer: Make, chief: Client) -> None:
    client = login("finance")
    request = ask(client, customer(), field="payment_terms", value="60 days")
    task = card_of(request)
    settle(chief, task, act="ask", reason="since when?")
    chief.post(f"/queue/{task.pk}/care/", {"act": "mine"})

    assert chief.get("/approvals/").url == "/queue/?view=approvals"
    assert chief.get(f"/approvals/{request.pk}/").url == f"/queue/{task.pk}/"
    own = client.get(f"/approvals/{request.pk}/").content.decode()
    client.post(f"/approvals/{request.pk}/decide/", {"answer": "comment", "why": "since May"})
    told = chief.get(f"/queue/{task.pk}/").content.decode()
    client.post(f"/approvals/{request.pk}/decide/", {"answer": "withdraw"})
    assert ["since when?" in own, "since May" in told] == [True, True]
    task.refresh_from_db()
    assert task.assignee is not None
    assert (task.state, task.assignee.email) == ("obsolete", "chief@example.com")


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_an_answer_on_a_change_is_taken_back(login: Login, customer: Make, chief: Client, act: str) -> None:
    request = ask(login("finance"), customer(), field="payment_terms", value="60 days")
    task = card_of(request)
    settle(chief, task, act=act, reason="why not")
    chief.post(f"/queue/{task.pk}/undo/")

    request.refresh_from_db()
    task.refresh_from_db()
    assert (request.state, request.decided_by, task.state) == ("waiting", None, "open")
    assert Pin.objects.filter(released_at=None).count() == 0
    settle(chief, task, act="approve")
    request.refresh_from_db()
    assert (request.state, Pin.objects.get(released_at=None).value) == ("applied", "60 days")


@pytest.mark.parametrize(("role", "status"), [("steward", 404), ("sales", 200), ("finance", 302)])
def test_a_request_is_for_who_sees_its_fields(login: Login, customer: Make, role: str, status: int) -> None:
    account = customer()
    request = ChangeRequest.objects.create(
        account=account, changes=[{"field": 26, "before": "30", "after": "60"}], approvers=["finance"],
        requested_at=NOW,
    )  # fmt: skip
    renew_requests(now=NOW)

    assert login(role).get(f"/approvals/{request.pk}/").status_code == status


def test_who_decides_nothing_has_no_queue(login: Login) -> None:
    seen = {role: login(role).get("/queue/").status_code for role in ("sales", "executive", "finance", "administrator")}

    assert seen == {"sales": 403, "executive": 403, "finance": 200, "administrator": 200}


def test_finance_sees_changes_of_the_queue_alone(login: Login, customer: Make) -> None:
    StewardTask.objects.create(kind="validation", subject="x", account=customer(), opened_at=NOW)
    page = login("finance").get("/queue/")

    assert (page.context["rows"], list(page.context["kinds"])) == ([], ["change", "policy"])


def test_the_list_takes_as_many_queries_for_three_as_for_one(login: Login, customer: Make) -> None:
    client, counts = login("steward"), []
    for many in (1, 2):
        for _ in range(many):
            change = {"field": 15, "before": "A", "after": "B"}
            ChangeRequest.objects.create(
                account=customer(), changes=[change], approvers=["steward"], requested_at=NOW
            )
        renew_requests(now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/queue/?view=approvals").context["rows"]) == 2 * many - 1
        counts.append(len(queries))

    assert counts == [counts[0], counts[0]]


def test_the_data_tab_shows_proposals_and_writes(login: Login, customer: Make) -> None:
    account = customer()
    page = login("steward").get(f"/customers/{account.pk}/data/").content.decode()

    assert ["Changes asked for" in page, "Written back" in page] == [True, True]


def test_programs_propose_and_read_the_state(login: Login, customer: Make) -> None:
    client, account = login("steward"), customer()
    client.handler.enforce_csrf_checks = False
    asked = client.post(
        f"/api/v1/accounts/{account.pk}/proposals", {"values": {"segment": "C"}}, content_type="application/json"
    )
    hidden = client.post(
        f"/api/v1/accounts/{account.pk}/proposals", {"values": {"credit_limit": "1"}}, content_type="application/json"
    )
    writes = client.get(f"/api/v1/accounts/{account.pk}/writes")

    assert (asked.status_code, asked.json()["data"][0]["state"]) == (201, "applied")
    assert (hidden.status_code, hidden.json()["code"]) == (400, "cannot-change")
    assert writes.json()["data"] == {"writes": []}


def test_cards_are_opened_in_the_order_in_which_they_were_asked(customer: Make) -> None:
    change = {"field": 15, "before": "A", "after": "B"}
    asked = [
        ChangeRequest.objects.create(
            account=customer(), changes=[change], approvers=["steward"], requested_at=NOW - timedelta(hours=hours)
        )
        for hours in (1, 3, 2)
    ]

    assert renew_requests(now=NOW) == 3

    opened = list(StewardTask.objects.order_by("pk").values_list("request_id", flat=True))
    assert opened == [asked[place].pk for place in (1, 2, 0)]

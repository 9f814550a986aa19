"""Asking for changes on a page, and deciding on those of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, ChangeRequest
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


def test_what_is_not_waits_for_another_person(login: Login, customer: Make) -> None:
    client, account = login("finance"), customer()
    request = ask(client, account, field="payment_terms", value="60 days")

    own = client.post(f"/approvals/{request.pk}/decide/", {"answer": "approve"})
    chief = Client()
    chief.force_login(UserFactory(role="finance"))
    listed = chief.get("/approvals/").content.decode()
    card = chief.get(f"/approvals/{request.pk}/").content.decode()
    silent = chief.post(f"/approvals/{request.pk}/decide/", {"answer": "reject"})
    chief.post(f"/approvals/{request.pk}/decide/", {"answer": "approve"})

    assert (own.status_code, silent.status_code) == (422, 422)
    assert ["60 days" in listed, "60 days" in card, "they wrote to us" in card] == [True, True, True]
    request.refresh_from_db()
    assert request.state == "applied"


@pytest.mark.parametrize(("role", "status"), [("steward", 404), ("sales", 200), ("finance", 200)])
def test_a_request_is_for_who_sees_its_fields(login: Login, customer: Make, role: str, status: int) -> None:
    account = customer()
    request = ChangeRequest.objects.create(
        account=account, changes=[{"field": 26, "before": "30", "after": "60"}], approvers=["finance"],
        requested_at=NOW,
    )  # fmt: skip

    assert login(role).get(f"/approvals/{request.pk}/").status_code == status


def test_the_list_takes_as_many_queries_for_three_as_for_one(login: Login, customer: Make) -> None:
    client, counts = login("steward"), []
    for many in (1, 2):
        for _ in range(many):
            change = {"field": 15, "before": "A", "after": "B"}
            ChangeRequest.objects.create(
                account=customer(), changes=[change], approvers=["steward"], requested_at=NOW
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/approvals/").status_code == 200
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

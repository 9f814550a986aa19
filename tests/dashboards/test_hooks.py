"""Webhooks in the administration: added, told about, called again, given a new secret, paused and taken away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, User
from syncengine.models import WebhookDelivery, WebhookEndpoint
from tests.dashboards.conftest import NOW

Login = Callable[[str], Client]


def endpoint(**values: object) -> WebhookEndpoint:
    known = {"user": User.objects.get(role="administrator"), "url": "https://x.example/", "secret": "s",
             "created_at": NOW}  # fmt: skip
    return WebhookEndpoint.objects.create(**(known | values))


def test_an_endpoint_is_added_and_its_secret_told_once(login: Login) -> None:
    client = login("administrator")
    wrong = client.post("/admin/webhooks/add/", {"url": "http://x.example/"})
    page = client.post("/admin/webhooks/add/", {"url": "https://x.example/", "type": "customer.updated"})
    made = WebhookEndpoint.objects.get()

    assert (wrong.status_code, made.types) == (422, ["customer.updated"])
    assert [made.secret in found.content.decode() for found in (page, client.get("/admin/webhooks/"))] == [True, False]


def test_acts_of_an_endpoint_leave_their_mark(login: Login) -> None:
    client = login("administrator")
    made = endpoint()
    call = WebhookDelivery.objects.create(endpoint=made, seq=7, body="{}", state="failed", next_at=NOW, planned_at=NOW)
    states = []
    for act in ("pause", "resume", "secret"):
        client.post(f"/admin/webhooks/{made.pk}/{act}/")
        made.refresh_from_db()
        states.append((made.disabled_at is not None, made.old_secret))
    client.post(f"/admin/webhooks/calls/{call.pk}/")
    call.refresh_from_db()
    client.post(f"/admin/webhooks/{made.pk}/remove/")

    assert (states, call.state) == ([(True, ""), (False, ""), (False, "s")], "waiting")
    assert WebhookEndpoint.objects.count() == 0
    assert list(AuditEntry.objects.filter(object="webhook").order_by("id").values_list("action", flat=True)) == [
        "webhook paused", "webhook resumed", "webhook secret rotated", "webhook sent again", "webhook removed",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/admin/webhooks/", "/admin/webhooks/1/"])
def test_webhooks_are_for_administrators(login: Login, path: str) -> None:
    assert login("operator").get(path).status_code == 403


def test_lists_take_as_many_queries_for_three_as_for_one(login: Login) -> None:
    client, counts = login("administrator"), []
    for number in (1, 2, 3):
        made = endpoint(url=f"https://{number}.example/")
        WebhookDelivery.objects.create(endpoint=made, seq=number, body="{}", next_at=NOW, planned_at=NOW)
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/webhooks/")
        counts.append(len(queries))

    assert counts == [counts[0]] * 3

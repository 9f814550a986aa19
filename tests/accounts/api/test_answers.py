"""The form of answers: pages, fields, conditions, refusals, merged ids, look-up, lineage, keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.api.urls import slug_of
from accounts.grants import create_token, revoke_token
from accounts.models import ApiToken
from tests.factories import (
    AccountCrosswalkFactory,
    AccountFactory,
    AccountLineageFactory,
    SourceFactory,
    SourceStateFactory,
    UserFactory,
    make,
)
from tests.factories.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(login, client_of):
    return client_of(login("finance"))


def test_list_goes_on_where_its_link_says(api, customer):
    ids = [str(customer().pk) for _ in range(5)]
    seen, url = [], "/api/v1/accounts?limit=2"
    while url:
        response = api.get(url)
        seen += [row["id"] for row in response.json()["data"]]
        links = dict(
            reversed(part.strip().split("; ")) for part in response.headers.get("Link", "").split(",") if part
        )
        url = links.get('rel="next"', "").strip("<>")
    assert seen == ids
    assert response.json()["page"] == {
        "next": None, "previous": response.json()["page"]["previous"], "has_more": False,
    }  # fmt: skip


@pytest.mark.parametrize("params", ["", "?sort=name", "?sort=-revenue&expand=figures", "?expand=lineage"])
def test_customers_take_the_same_queries_for_one_and_three_rows(api, customer, params):
    counts = []
    for added in (1, 2):
        for _ in range(added):
            AccountLineageFactory(account=customer())
        with CaptureQueriesContext(connection) as queries:
            assert api.get(f"/api/v1/accounts{params}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    "object", ["order", "invoice", "quote", "opportunity", "payment", "ticket", "order_line"]
)
def test_documents_take_the_same_queries_for_one_and_three_rows(login, client_of, object):
    client = client_of(login("executive" if object in ("quote", "opportunity") else "support"))
    client = client if object not in ("invoice", "payment") else client_of(login("finance"))
    counts = []
    for added in (1, 2):
        for _ in range(added):
            make(object)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/{slug_of(object)}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_fields_and_exclude_choose_what_is_told(api, customer):
    account = customer(name="A", city="Bonn")
    url = f"/api/v1/accounts/{account.pk}"
    assert api.get(f"{url}?fields=name,city").json()["data"] == {
        "id": str(account.pk), "name": "A", "city": "Bonn",
    }  # fmt: skip
    assert "city" not in api.get(f"{url}?exclude=city").json()["data"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("fields=nothing", "unknown-field"),
        ("expand=nothing", "unknown-expand"),
        ("limit=0", "bad-limit"),
        ("limit=201", "bad-limit"),
        ("limit=x", "bad-limit"),
        ("sort=nothing", "bad-sort"),
        ("cursor=nothing", "bad-cursor"),
        ("count=many", "bad-count"),
        ("nothing=1", "filter-refused"),
        ("country=DE&revenue__gte=much", "filter-refused"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_code(api, query, code):
    response = api.get(f"/api/v1/accounts?{query}")
    body = response.json()
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert (body["code"], body["status"], body["instance"]) == (code, 400, "/api/v1/accounts")
    assert body["request_id"] == response.headers["X-Request-ID"]


def test_filters_on_hidden_fields_are_refused(login, client_of):
    response = client_of(login("marketing")).get("/api/v1/accounts?has_overdue=true")
    assert response.json()["errors"] == [
        {"parameter": "has_overdue", "code": "filter-refused", "message": "Your role does not see this."}
    ]


def test_sorting_documents_by_date_needs_a_customer(api):
    assert api.get("/api/v1/orders?sort=-order_date").json()["code"] == "bad-sort"
    assert api.get("/api/v1/orders?sort=published_at").json()["code"] == "bad-sort"
    order = make("order")
    found = api.get(f"/api/v1/orders?sort=-order_date&account={order.account_id}").json()["data"]
    assert [row["id"] for row in found] == [str(order.pk)]


def test_what_changed_since_is_read_in_the_order_of_change(api):
    make("order", published_at=NOW - timedelta(days=2))
    later, sooner = make("order", published_at=NOW), make("order", published_at=NOW - timedelta(hours=1))
    url = "/api/v1/orders?sort=published_at&limit=1&updated_since=2026-02-28T12:00:00Z"
    first = api.get(url).json()
    second = api.get(f"{url}&cursor={first['page']['next']}").json()
    assert [row["id"] for row in first["data"] + second["data"]] == [str(sooner.pk), str(later.pk)]


def test_unchanged_answer_is_not_sent_again(api, customer):
    account = customer()
    url = f"/api/v1/accounts/{account.pk}"
    tag = api.get(url).headers["ETag"]
    assert api.get(url, headers={"If-None-Match": tag}).status_code == 304
    account.city = "Elsewhere"
    account.save()
    assert api.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_etag_survives_another_login_of_the_role_but_not_another_role(login, client_of, customer):
    url = f"/api/v1/accounts/{customer().pk}?fields=name"
    tags = [client_of(login(role)).get(url).headers["ETag"] for role in ("finance", "finance", "support")]
    assert (tags[0] == tags[1], tags[0] == tags[2]) == (True, False)


def test_merged_id_answers_with_its_survivor(api, customer):
    survivor = customer(name="Survivor")
    merged = AccountFactory(merged_into=survivor)
    response = api.get(f"/api/v1/accounts/{merged.pk}?fields=name")
    assert response.json()["data"] == {
        "id": str(survivor.pk), "name": "Survivor", "requested_id": str(merged.pk),
    }  # fmt: skip


def test_customer_is_found_by_what_a_source_calls_it(api, customer):
    account = customer()
    AccountCrosswalkFactory(account=account, source=SourceFactory(name="crm"), key="0017")
    assert api.get("/api/v1/lookup?source=crm&key=0017").json()["data"]["id"] == str(account.pk)
    assert api.get("/api/v1/lookup?source=erp&key=0017").status_code == 404
    assert api.get("/api/v1/lookup?source=crm").json()["code"] == "missing-parameter"


def test_lineage_names_source_key_rule_and_time(api, customer):
    account = customer(city="Bonn")
    AccountLineageFactory(account=account, keys=["0017"], sources=[SourceFactory(name="crm").pk])
    body = api.get(f"/api/v1/accounts/{account.pk}?expand=lineage&fields=city").json()
    assert body["data"]["lineage"] == {
        "city": {
            "source": "crm", "key": "0017", "rule": "only_source", "sentence": "Only CRM tells this.",
            "observed_at": "2026-03-01T12:00:00Z", "url": "https://crm.example/account/0017",
            "policy_version": 1, "records": 1,
        }
    }  # fmt: skip


def test_meta_tells_how_old_the_data_are(api, customer):
    SourceStateFactory(source=SourceFactory(name="crm"), data_at=NOW)
    SourceStateFactory(source=SourceFactory(name="erp"), data_at=NOW - timedelta(hours=1))
    meta = api.get("/api/v1/accounts").json()["meta"]
    assert (meta["as_of"], meta["sources"]) == (
        "2026-03-01T11:00:00Z",
        {"crm": "2026-03-01T12:00:00Z", "erp": "2026-03-01T11:00:00Z"},
    )


def test_counts_come_where_asked_for(api, customer):
    customer()
    assert api.get("/api/v1/accounts?count=exact").json()["page"]["total"] == {"value": 1, "exact": True}


def test_me_tells_role_scope_and_classes(granted, client_of, customer):
    account = customer()
    body = client_of(granted(account, "sales")).get("/api/v1/me").json()["data"]
    assert (body["role"], body["scope"]) == (
        "sales",
        {"everything": False, "territories": [account.sales_territory.code], "shared_accounts": []},
    )
    assert body["classes"]["margin"] == "none"


def test_nobody_is_answered_without_a_key():
    response = Client().get("/api/v1/accounts")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def _bearer(key):
    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})


def test_key_acts_for_its_user_until_revoked():
    user = UserFactory(role="support")
    key = create_token(user=user, label="test", by=user, now=timezone.now())
    assert _bearer(key).json()["data"]["token"] == {
        "prefix": key.partition(".")[0], "label": "test", "scope": "read",
    }  # fmt: skip
    token = ApiToken.objects.get()
    assert token.last_used_at is not None
    assert key.partition(".")[2] not in token.digest
    revoke_token(token=token, by=user, now=timezone.now())
    assert _bearer(key).json()["code"] == "bad-token"


@pytest.mark.parametrize("key", ["", "x", "ccd_1.x", "é.é", "a b"])
def test_bad_keys_open_nothing(key):
    UserFactory()
    assert _bearer(key).status_code == 401


def test_expired_keys_and_keys_of_inactive_users_open_nothing():
    user = UserFactory()
    key = create_token(user=user, label="", by=None, now=timezone.now())
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert _bearer(key).json()["code"] == "bad-token"
    ApiToken.objects.update(expires_at=None)
    user.is_active = False
    user.save()
    assert _bearer(key).json()["code"] == "inactive-user"


def test_token_command_prints_a_working_key(capsys):
    user = UserFactory(email="prog@concord.example")
    call_command("token", user.email)
    assert _bearer(capsys.readouterr().out.strip()).status_code == 200


def test_schema_describes_every_address_without_a_warning():
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


def test_writes_are_not_offered(api):
    assert api.post("/api/v1/accounts", {}).status_code == 405

"""The page of one customer, as each role sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.catalogue import roles
from accounts.models import Account
from tests.dashboards.conftest import NOW

Login = Callable[[str], Client]
Make = Callable[..., Account]

# What a page shows of a customer -> the roles that may see it.
SECRETS = {
    "DE136695976": {"finance", "steward"},
    "€50,000": {"finance", "executive"},
    "INV-": {"sales", "finance", "executive"},
    "SO-": {"sales", "finance", "support", "operations", "executive"},
    "Retrofit": {"sales", "executive"},
}


@pytest.mark.parametrize("role", list(roles()))
def test_page_shows_each_role_only_what_it_may_see(login: Login, customer: Make, role: str) -> None:
    account = customer()

    page = login(role).get(f"/customers/{account.pk}/").content.decode()

    seen = {secret for secret in SECRETS if secret in page}
    assert seen == {secret for secret, allowed in SECRETS.items() if role in allowed}


def test_operator_sees_the_name_masked(login: Login, customer: Make) -> None:
    account = customer("Acme Pumps")

    page = login("operator").get(f"/customers/{account.pk}/").content.decode()

    assert "Acme" not in page
    assert "A… P…" in page


def test_hidden_field_that_would_be_missed_says_so(login: Login, customer: Make) -> None:
    account = customer(payment_terms="30 days", currency="EUR", price_list="A")

    page = login("support").get(f"/customers/{account.pk}/").content.decode()

    assert "Hidden for your role" in page
    assert "30 days" not in page


def test_customer_outside_the_territory_is_not_found(login: Login, customer: Make) -> None:
    account = customer(sales_territory=None)

    assert login("sales").get(f"/customers/{account.pk}/").status_code == 404


def test_merged_id_leads_to_the_survivor(login: Login, customer: Make) -> None:
    survivor = customer()
    merged = Account.objects.create(name="Old", merged_into=survivor, created_at=NOW, changed_at=NOW)

    response = login("finance").get(f"/customers/{merged.pk}/")

    assert response.headers["Location"] == f"/customers/{survivor.pk}/"


def test_ageing_bar_sums_to_what_is_open(login: Login, customer: Make) -> None:
    account = customer()

    response = login("finance").get(f"/customers/{account.pk}/")

    invoices = next(filled for filled in response.context["main"] if filled.panel.name == "invoices")
    assert sum(part.amount for part in invoices.content["parts"]) == invoices.content["ageing"].total == 1190


def test_page_takes_a_fixed_number_of_queries(login: Login, customer: Make) -> None:
    client = login("executive")
    account = customer()

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/customers/{account.pk}/")

    assert len(queries) <= 32


def test_value_opens_its_lineage(login: Login, customer: Make) -> None:
    account = customer()
    client = login("sales")

    page = client.get(f"/customers/{account.pk}/values/phone/").content.decode()
    part = client.get(
        f"/customers/{account.pk}/values/phone/", headers={"HX-Request": "true", "HX-Target": "drawer-body"}
    ).content.decode()

    assert "CRM comes first in the order of systems for this field." in page
    assert "<html" in page
    assert "<html" not in part
    assert f"crm-{account.pk}" in part


@pytest.mark.parametrize(("role", "field"), [("sales", "tax_id"), ("executive", "phone"), ("sales", "nonsense")])
def test_lineage_of_what_a_role_may_not_know_is_not_found(login: Login, customer: Make, role: str, field: str) -> None:
    account = customer()

    assert login(role).get(f"/customers/{account.pk}/values/{field}/").status_code == 404


def test_section_can_be_read_alone(login: Login, customer: Make) -> None:
    account = customer()
    client = login("support")

    assert "SO-" in client.get(f"/customers/{account.pk}/panels/orders/").content.decode()
    assert client.get(f"/customers/{account.pk}/panels/invoices/").status_code == 404

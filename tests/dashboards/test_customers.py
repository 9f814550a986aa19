"""The list of customers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AuditEntry

Login = Callable[[str], Client]
Make = Callable[..., Account]


def test_list_names_customers_of_the_territory(login: Login, customer: Make) -> None:
    customer("Acme Pumps")
    customer("Far Away", sales_territory=None)

    page = login("sales").get("/customers/").content.decode()

    assert ("Acme Pumps" in page, "Far Away" in page) == (True, False)


def test_list_takes_as_many_queries_for_three_rows_as_for_one(login: Login, customer: Make) -> None:
    client = login("finance")
    counts = []
    for names in (["One"], ["Two", "Three"]):
        for name in names:
            customer(name)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/customers/")
        counts.append(len(queries))

    assert counts == [counts[0], counts[0]]
    assert counts[0] <= 16


def test_fragment_is_the_results_alone(login: Login, customer: Make) -> None:
    customer("Acme Pumps")
    client = login("finance")

    part = client.get("/customers/", headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()

    assert part.lstrip().startswith('<div id="results"')
    assert "<html" not in part
    assert "Acme Pumps" in part


def test_search_forgives_a_wrong_letter(login: Login, customer: Make) -> None:
    customer("Kessler Maschinenbau")
    customer("Acme Pumps")

    page = login("finance").get("/customers/", {"q": "Kesler Maschinenbau"}).content.decode()

    assert ("Kessler Maschinenbau" in page, "Acme Pumps" in page) == (True, False)


def test_sort_says_its_direction(login: Login, customer: Make) -> None:
    customer("Acme Pumps")

    page = login("finance").get("/customers/", {"sort": "-revenue"}).content.decode()

    assert page.count('aria-sort="descending"') == 1


@pytest.mark.parametrize("query", [{"sort": "nonsense"}, {"nonsense": "1"}, {"cursor": "x"}])
def test_what_makes_no_sense_is_refused(login: Login, query: dict[str, str]) -> None:
    assert login("finance").get("/customers/", query).status_code == 400


def test_amounts_overdue_are_absent_for_support(login: Login, customer: Make) -> None:
    customer()

    page = login("support").get("/customers/").content.decode()

    assert "1,190" not in page


def test_nothing_found_offers_to_clear_the_filters(login: Login, customer: Make) -> None:
    customer()

    page = login("finance").get("/customers/", {"country": "ZZ"}).content.decode()

    assert "No customer matches" in page


def test_export_is_what_is_shown_and_is_audited(login: Login, customer: Make) -> None:
    customer("=SUM(A1)")
    response = login("finance").get("/customers/export.csv")

    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == 2
    assert "'=SUM(A1)" in lines[1]
    assert AuditEntry.objects.filter(action="customers exported").count() == 1


def test_stranger_is_sent_to_the_login(client: Client, db: None) -> None:
    assert client.get("/customers/").headers["Location"] == "/login/?next=/customers/"

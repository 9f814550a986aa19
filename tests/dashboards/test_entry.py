"""Login, the way the portal looks, and the frame around pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from accounts.catalogue import roles
from accounts.models import User
from accounts.selectors import counting
from tests.factories import UserFactory

Login = Callable[[str], Client]
PAGES = {
    "sales": [
        "Home", "Customers", "Alerts", "Quote to cash", "Products", "Receivables", "Forecast", "Health", "Dictionary",
        "Figures",
    ],
    "steward": [
        "Home", "Customers", "Alerts", "Queue", "Merges", "Sync", "Rules", "Dictionary", "Figures",
    ],
    "operator": ["Home", "Customers", "Alerts", "Sync", "Rules", "Dictionary", "Figures"],
}


def test_login_leads_home(client: Client, db: None) -> None:
    UserFactory(email="anna@example.com", password="a-good-secret")

    response = client.post("/login/", {"username": "anna@example.com", "password": "a-good-secret"})

    assert response.headers["Location"] == "/"


def test_wrong_password_is_explained(client: Client, db: None) -> None:
    page = client.post("/login/", {"username": "anna@example.com", "password": "wrong"}).content.decode()

    assert "don’t belong together" in page


@pytest.mark.parametrize(("own", "named"), [(True, True), (False, False)])
def test_demo_logins_are_named_only_in_a_database_of_our_own(client: Client, db: None, own: bool, named: bool) -> None:
    UserFactory(email="sales@demo.example", role="sales", is_demo=True)

    with override_settings(OWN_DATABASE=own):
        page = client.get("/login/").content.decode()

    assert ("sales@demo.example" in page) is named


@pytest.mark.parametrize("role", PAGES)
def test_navigation_shows_the_role_its_pages(login: Login, role: str) -> None:
    page = login(role).get("/").content.decode()

    items = re.findall(r'class="nav__item" href="[^"]+" data-go="\w".*?<span>([^<]+)</span>', page, re.DOTALL)
    assert items == PAGES[role]


@pytest.mark.parametrize("role", list(roles()))
def test_home_greets_every_role(login: Login, role: str) -> None:
    response = login(role).get("/")

    assert response.status_code == 200


def test_theme_and_row_height_are_remembered(login: Login) -> None:
    client = login("sales")

    client.post("/account/preferences/", {"theme": "dark"})
    client.post("/account/preferences/", {"density": "compact"})

    user = User.objects.get()
    assert (user.theme, user.density) == ("dark", "compact")
    assert '<html lang="en" data-theme="dark" data-density="compact">' in client.get("/").content.decode()


def test_unknown_theme_changes_nothing(login: Login) -> None:
    login("sales").post("/account/preferences/", {"theme": "pink"})

    assert User.objects.get().theme == "system"


def test_preferences_lead_back_only_within_the_portal(login: Login) -> None:
    client = login("sales")

    answers = [
        client.post("/account/preferences/", {"theme": "dark", "next": back}).headers["Location"]
        for back in ("/customers/?q=a", "https://evil.example/")
    ]

    assert answers == ["/customers/?q=a", "/"]


def test_missing_page_says_so_in_our_words(login: Login) -> None:
    response = login("sales").get("/nothing/")

    assert (response.status_code, "Nothing here" in response.content.decode()) == (404, True)


def test_search_finds_customers_and_pages(login: Login, customer: Callable[..., object]) -> None:
    customer("Acme Pumps")
    client = login("finance")
    asked = {"HX-Request": "true", "HX-Target": "palette-hits"}

    hits = client.get("/search/", {"q": "acme"}, headers=asked).content.decode()
    pages = client.get("/search/", {"q": "cust"}, headers=asked).content.decode()

    assert ("Acme Pumps" in hits, "<html" in hits) == (True, False)
    assert 'href="/customers/"' in pages


def test_missing_address_of_the_interface_answers_programs(login: Login) -> None:
    response = login("sales").get("/api/v1/nothing")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_home_of_a_large_company_asks_for_its_sums_afterwards(
    login: Login, customer: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "EXACT_UP_TO", 1)
    customer("Acme Pumps")
    client = login("finance")

    page, figures, attention = (client.get(path).content.decode() for path in ("/", "/figures/", "/attention/"))

    assert ('hx-get="/figures/"' in page, 'hx-get="/attention/"' in page, "Acme Pumps" in page) == (True, True, False)
    assert ("€1.19k" in figures, "Acme Pumps" in attention) == (True, True)


def test_an_address_that_makes_no_sense_names_what_is_wrong(login: Login) -> None:
    page = login("finance").get("/customers/?nonsense=1")

    assert page.status_code == 400
    assert "nonsense" in page.content.decode()

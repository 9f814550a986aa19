"""The forecast's page and its door for programs, by role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from accounts.forecast.making import make_forecasts
from accounts.forecast.series import month_of
from accounts.models import Source, Territory
from tests.dashboards.conftest import NOW, TODAY
from tests.factories import AccountFactory, ProductCrosswalkFactory, TerritoryFactory, make

pytestmark = pytest.mark.django_db
Login = Callable[[str], Client]


@pytest.fixture
def forecast(sources: dict[str, Source], territory: Territory) -> None:
    """A customer billed and asked for four pumps each month of two years, looked ahead from today."""
    account, pump = AccountFactory(sales_territory=territory), ProductCrosswalkFactory()
    for back in range(1, 25):
        at = month_of(TODAY, -back) + timedelta(9)
        order = make("order", account=account, order_date=at, status="closed", promised_date=at)
        make("order_line", order=order, product_ref=pump, quantity=4)
        make("invoice", account=account, order=order, invoice_date=at, due_date=at, paid_date=at, status="paid",
             net_amount=100, gross_amount=119, base_net_amount=100, open_amount=0, base_open_amount=0)  # fmt: skip
        make("payment", account=account, kind="payment", payment_date=at, base_amount=Decimal(119))
    make_forecasts(today=TODAY, at=NOW)


def test_page_tells_ranges_methods_and_errors(login: Login, forecast: None) -> None:
    page = login("executive").get("/forecast/").content.decode()

    for words in ("Revenue of 600 EUR expected over six months", "Cash in of 714 EUR", "is wanted most",
                  "Such forecasts missed by 0 %", "By territory, six months", "Show as table"):  # fmt: skip
        assert words in page


def test_a_seller_sees_the_own_territory_alone(login: Login, forecast: None) -> None:
    answer = login("sales").get("/forecast/")

    assert {section.outlook.territory != "" for section in answer.context["sections"]} == {True}
    assert "is wanted most" not in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [("executive", 200), ("operations", 200), ("steward", 403)])
def test_page_is_for_who_sees_orders(login: Login, role: str, status: int) -> None:
    answer = login(role).get("/forecast/")

    assert answer.status_code == status
    if status == 200:
        assert "No forecast yet" in answer.content.decode()


def test_programs_get_what_the_page_shows_and_what_is_hidden(login: Login, forecast: None) -> None:
    full = login("executive").get("/api/v1/forecasts").json()
    part = login("operations").get("/api/v1/forecasts").json()

    company = next(one for one in full["data"]["forecasts"] if one["kind"] == "revenue" and one["territory"] is None)
    assert [Decimal(month["expected"]) for month in company["months"]] == [Decimal(100)] * 6
    assert company["missed_percent"]["chosen"] == 0.0
    assert part["meta"]["redacted"] == ["cash"]
    assert {one["kind"] for one in part["data"]["forecasts"]} == {"revenue", "units"}


def test_page_asks_the_same_for_one_territory_and_for_three(
    login: Login, forecast: None, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = login("executive")
    client.get("/forecast/")
    with django_assert_max_num_queries(60) as first:  # type: ignore[attr-defined]
        client.get("/forecast/")
    for name in ("Beta", "Gamma"):
        AccountFactory(name=name, sales_territory=TerritoryFactory())
    make_forecasts(today=TODAY, at=NOW)
    with django_assert_max_num_queries(len(first)):  # type: ignore[attr-defined]
        client.get("/forecast/")

"""Figures of products equal their documents, and each role sees its own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import ProductCountry, ProductFigures
from accounts.products import BadQuery, get_product, list_products, renew_products
from tests.factories import (
    AccountFactory,
    CurrencyRateFactory,
    ProductCrosswalkFactory,
    ProductFactory,
    SourceFactory,
    UserFactory,
    make,
)
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def pump():
    """A pump with stock in two warehouses, a late order, a sale, a deal and two systems' prices."""
    CurrencyRateFactory()
    product = ProductFactory(name="Pump", unit_cost=Decimal(10))
    ref = ProductCrosswalkFactory(product=product)
    for hand in (30, 20):
        make("stock", product_ref=ref, on_hand=hand, reserved=5, available=hand - 5, expected_date=TODAY)
    account = AccountFactory(country="DE", sales_territory=None)
    late = make("order", account=account, status="partly_shipped", rate=1, promised_date=TODAY - timedelta(days=3),
                order_date=TODAY - timedelta(days=30))  # fmt: skip
    make("order_line", order=late, product_ref=ref, quantity=60, shipped_quantity=10, net_amount=600)
    old = make("order", account=AccountFactory(country="FR"), status="closed", rate=1,
               order_date=TODAY - timedelta(days=500))  # fmt: skip
    make("order_line", order=old, product_ref=ref, quantity=7, shipped_quantity=7, net_amount=70)
    gone = make("order", account=account, status="cancelled", rate=1, order_date=TODAY)
    make("order_line", order=gone, product_ref=ref, quantity=1000, shipped_quantity=0, net_amount=1)
    deal = make("opportunity", account=account, state="open", probability=50)
    make("opportunity_line", opportunity=deal, product_ref=ref, quantity=40)
    for name, price in (("erp", 100), ("crm", 90)):
        make("price_entry", source=SourceFactory(name=name), product_ref=ref, account=None, unit_price=price,
             minimum_quantity=None, valid_from_date=None, valid_to_date=None)  # fmt: skip
    renew_products(at=NOW, today=TODAY)
    return product


def test_figures_are_what_the_documents_say(pump):
    kept = ProductFigures.objects.get(product=pump)
    told = {
        "on_hand": 50, "ordered": 50, "to_promise": 0, "backordered": 50, "backorder_value": 500, "sold_90d": 60,
        "sold_ttm": 60, "revenue_ttm": 600, "pipeline": 40, "weighted_pipeline": 20, "stock_value": 500,
        "days_of_stock": 75, "price_sources": 2, "price_low": 90, "price_high": 100, "price_gap": 10,
        "next_receipt_date": TODAY,
    }  # fmt: skip
    assert {name: getattr(kept, name) for name in told} == told
    countries = {row.country: (row.quantity_ttm, row.quantity_previous) for row in ProductCountry.objects.all()}
    assert countries == {"DE": (60, None), "FR": (None, 7)}


def test_what_nobody_bought_lasts_for_no_number_of_days(pump):
    idle = ProductFactory()
    renew_products(at=NOW, today=TODAY)
    assert ProductFigures.objects.get(product=idle).days_of_stock is None


def test_renewing_again_changes_nothing(pump):
    assert renew_products(at=NOW, today=TODAY) == 0


@pytest.mark.parametrize(
    ("view", "names"),
    [("all", ["Pump"]), ("backorders", ["Pump"]), ("short", []), ("pipeline", ["Pump"]), ("slow", []),
     ("prices", ["Pump"])],
)  # fmt: skip
def test_views_answer_their_question(pump, view, names):
    found, more = list_products(UserFactory(role="finance"), view=view)
    assert ([row.product.name for row in found], more) == (names, False)


def test_a_page_shows_gaps_by_country_waiting_orders_and_what_the_role_may_see(pump):
    page = get_product(UserFactory(role="operations"), pump.pk, today=TODAY)
    assert [row.country for row in page.gaps] == ["FR"]
    assert [line.quantity for line in page.waiting] == [60]
    assert (page.prices, "price_gap" in page.row.figures, "stock_value" in page.row.figures) == (None, False, False)
    assert page.row.figures["after_pipeline"] == -20
    whole = get_product(UserFactory(role="finance"), pump.pk, today=TODAY)
    assert ([entry.unit_price for entry in whole.prices], whole.row.figures["stock_value"]) == ([100, 90], 500)


def test_a_rep_sees_waiting_orders_of_his_own_customers_alone(pump):
    assert get_product(UserFactory(role="sales"), pump.pk, today=TODAY).waiting == []


def test_hidden_questions_are_refused(pump):
    for view, sort in (("prices", "name"), ("all", "price_gap"), ("nothing", "name")):
        with pytest.raises(BadQuery):
            list_products(UserFactory(role="operations"), view=view, sort=sort)


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_one_query(count, django_assert_num_queries):
    for _ in range(count):
        ProductFactory()
    user = UserFactory(role="finance")
    renew_products(at=NOW, today=TODAY)
    with django_assert_num_queries(1):
        assert len(list_products(user)[0]) == count

"""Forecasts are kept with their record, settle when a month is over, and are for who sees everything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.forecast.making import make_forecasts, settle
from accounts.forecast.reads import list_outlooks
from accounts.forecast.series import month_of
from accounts.grants import grant_territory
from accounts.models import Account, Forecast, ForecastRun, OrderLine
from tests.factories import AccountFactory, ProductCrosswalkFactory, TerritoryFactory, UserFactory, make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
AT = datetime(2026, 3, 10, 6, tzinfo=UTC)


@pytest.fixture
def company(db: None) -> None:
    """A customer billed 100 a month for two years, who pays five days late, and orders four pumps a month."""
    account, pump = AccountFactory(), ProductCrosswalkFactory()
    for back in range(1, 25):
        at = month_of(TODAY, -back) + timedelta(9)
        due = at + timedelta(30)
        paid = due + timedelta(5)
        settled = paid < TODAY
        owed = Decimal(0) if settled else Decimal(119)
        shared = {"account": account}
        order = make("order", order_date=at, status="closed", promised_date=at, **shared)
        make("order_line", order=order, product_ref=pump, quantity=4)
        make("invoice", order=order, invoice_date=at, due_date=due, paid_date=paid if settled else None,
             status="paid" if settled else "open", net_amount=100, gross_amount=119, base_net_amount=100,
             open_amount=owed, base_open_amount=owed, **shared)  # fmt: skip
        if settled:
            make("payment", kind="payment", payment_date=paid, base_amount=119, **shared)


def test_steady_company_is_told_as_it_is(company: None) -> None:
    run = make_forecasts(today=TODAY, at=AT)
    whole = Forecast.objects.filter(run=run, territory=None).order_by("month")
    rows = {kind: list(whole.filter(kind=kind)) for kind in ("revenue", "units")}

    assert [row.month for row in rows["revenue"]] == [month_of(TODAY, ahead) for ahead in range(6)]
    assert {row.expected for row in rows["revenue"]} == {Decimal(100)}
    assert {row.expected for row in rows["units"]} == {Decimal(4)}
    assert run.errors["revenue"]["chosen"] == 0.0


def test_units_are_told_beside_what_was_shipped(company: None) -> None:
    line = OrderLine.objects.order_by("order__order_date").last()
    for back in (1, 2, 5):
        sent = make("shipment", order=line.order, status="shipped", shipped_date=month_of(TODAY, -back))
        make("shipment_line", shipment=sent, order_line=line, product_ref=line.product_ref, quantity=6)
    run = make_forecasts(today=TODAY, at=AT)

    assert {str(row.parts) for row in Forecast.objects.filter(run=run, kind="units")} == {"{'shipped': 4.0}"}


def test_made_again_on_the_same_day_replaces(company: None) -> None:
    make_forecasts(today=TODAY, at=AT)
    make_forecasts(today=TODAY, at=AT)

    assert ForecastRun.objects.count() == 1


def test_months_that_are_over_get_what_came(company: None) -> None:
    run = make_forecasts(today=month_of(TODAY, -2), at=AT)
    settle(TODAY)

    rows = Forecast.objects.filter(run=run, kind="revenue", territory=None)
    came = rows.order_by("month").values_list("actual", flat=True)
    assert list(came[:3]) == [Decimal(100), Decimal(100), None]


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("executive", ["revenue", "cash", "units"]), ("operations", ["revenue", "units"]), ("sales", []),
        ("marketing", []),
    ],
)
def test_forecasts_are_for_who_sees_everything(company: None, role: str, kinds: list[str]) -> None:
    make_forecasts(today=TODAY, at=AT)

    told = [outlook.kind for outlook in list_outlooks(UserFactory(role=role)) if outlook.place is None]
    assert told == kinds


def test_each_territory_has_a_forecast_with_its_own_record(company: None) -> None:
    north = TerritoryFactory(label="North")
    Account.objects.update(sales_territory=north)
    run = make_forecasts(today=TODAY, at=AT)
    seller = UserFactory(role="sales")
    grant_territory(to=seller, territory=north, by=None)
    told = {(one.kind, one.territory) for one in list_outlooks(UserFactory(role="executive"))}
    own = list_outlooks(seller)

    assert told == {("revenue", ""), ("cash", ""), ("units", ""), ("revenue", "North"), ("cash", "North")}
    assert {one.territory for one in own} == {"North"}
    assert {row.expected for row in own[0].rows} == {Decimal(100)}
    assert run.errors[f"revenue {north.pk}"]["chosen"] == 0.0  # type: ignore[index]


def test_a_territory_is_settled_by_what_came_there(company: None) -> None:
    north, south = TerritoryFactory(), TerritoryFactory()
    Account.objects.update(sales_territory=north)
    AccountFactory(sales_territory=south)
    make_forecasts(today=month_of(TODAY, -2), at=AT)
    settle(TODAY)
    rows = Forecast.objects.filter(kind="revenue", month=month_of(TODAY, -2)).order_by("territory")

    assert [(row.territory_id, row.actual) for row in rows] == [
        (north.pk, Decimal(100)), (south.pk, Decimal(0)), (None, Decimal(100)),
    ]  # fmt: skip

"""Figures of all customers together: each equals what its documents say, is kept by day, and keeps to the reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.metrics import load
from accounts.models import Account, AccountFigures, AccountSummary, CompanyFigure
from accounts.quote_to_cash.company import MEASURES, PORTFOLIO, WAY
from accounts.quote_to_cash.kept import get_figure, history_of, kept_portfolio, kept_sums, list_figures, renew_company
from accounts.receivables.portfolio import ageing_by, get_portfolio
from accounts.selectors.customers import total_customers
from tests.accounts.quote_to_cash.conftest import Papers
from tests.factories import AccountFactory, AccountHealthFactory, TerritoryFactory, UserFactory, make
from tests.factories.world import NOW, TODAY

DAY = timedelta(days=1)


@pytest.fixture
def told(renew: Callable[..., int]) -> dict[str, CompanyFigure]:
    """The figures of a small company."""
    papers = Papers()
    deal = papers.deal(1000, opened_at=NOW - 60 * DAY, closed_at=NOW - 40 * DAY)
    quote = papers.quote(1000, opportunity=deal, quote_date=TODAY - 50 * DAY)
    order = papers.order(1000, quote=quote, order_date=TODAY - 38 * DAY)
    papers.invoice(1000, order=order, status="open", invoice_date=TODAY - 20 * DAY)
    papers.invoice(500, status="open", invoice_date=TODAY - 20 * DAY, customer_po=None)
    make("ticket", account=papers.account, status="solved", opened_at=NOW - 3 * DAY, solved_at=NOW - 2 * DAY,
         contacts_until_solved=1, csat=4, deleted_at=None)  # fmt: skip
    renew()
    AccountSummary.objects.update_or_create(
        account=papers.account,
        defaults={"open_tickets": 0, "last_order_date": TODAY - 38 * DAY, "computed_date": TODAY, "revenue_ttm": 700},
    )
    AccountHealthFactory(account=papers.account, band="risk")
    AccountFigures.objects.update_or_create(
        account=papers.account,
        defaults={"open_receivable": 1500, "not_due": 1000, "overdue_receivable": 500, "credit_sales_90d": 3000},
    )
    renew_company(at=NOW, today=TODAY)
    return {row.name: row for row in CompanyFigure.objects.all()}


@pytest.mark.django_db
def test_every_figure_of_the_portfolio_is_told_or_says_what_it_lacks() -> None:
    defined = {name for name, metric in load().of("portfolio").items() if not metric.needs}

    assert defined - {"worklist_priority"} == {*MEASURES, *PORTFOLIO, *WAY} - {"inventory_accuracy"}


@pytest.mark.django_db
def test_figures_say_what_the_documents_say(told: dict[str, CompanyFigure]) -> None:
    values = {name: row.value and round(row.value, 1) for name, row in told.items()}

    assert {
        name: values[name]
        for name in ("deal_velocity", "quote_accuracy", "order_accuracy", "order_error_rate", "active_customers_sales",
                     "first_contact_resolution", "resolution_hours", "portfolio_csat", "portfolio_dso",
                     "portfolio_overdue_share", "quote_to_cash_days", "revenue_at_risk")
    } == {
        "deal_velocity": Decimal(20), "quote_accuracy": Decimal(100), "order_accuracy": Decimal(100),
        "order_error_rate": Decimal(0), "active_customers_sales": Decimal(1), "first_contact_resolution": Decimal(100),
        "resolution_hours": Decimal(24), "portfolio_csat": Decimal(4), "portfolio_dso": Decimal(45),
        "portfolio_overdue_share": Decimal("33.3"), "quote_to_cash_days": None, "revenue_at_risk": Decimal(700),
    }  # fmt: skip
    assert round(told["invoice_matching"].value or 0, 1) == Decimal("66.7")
    assert {name: values[name] for name in WAY if values[name] is not None} == {
        "quote_to_order": Decimal(100), "won_to_order": Decimal(100), "billed_right": Decimal(100),
        "straight_through": Decimal(50), "linked_value": Decimal(80), "value_at_stake": Decimal(500),
        "days_created_quoted": Decimal(10), "days_quoted_won": Decimal(10), "days_won_ordered": Decimal(2),
        "days_invoiced_due": Decimal(20),
    }  # fmt: skip
    assert told["invoice_matching"].facts == {"top": "1000.0000", "bottom": "1500.0000"}


@pytest.mark.django_db
def test_kept_sums_are_those_of_the_customers(told: dict[str, CompanyFigure]) -> None:
    user = UserFactory(role="finance")
    kept = kept_portfolio(user, "country")

    assert kept is not None
    assert (kept.whole, list(kept.groups)) == (get_portfolio(user), ageing_by(user, "country"))


@pytest.mark.django_db
def test_who_sees_some_customers_is_told_of_those_alone(told: dict[str, CompanyFigure]) -> None:
    AccountFactory(sales_territory=TerritoryFactory())
    sales = UserFactory(role="sales")
    figure = get_figure(sales, "deal_velocity", today=TODAY)

    assert figure is not None
    assert (figure.value, figure.facts, figure.everybody) == (None, {"count": 0}, False)
    assert (list_figures(sales), kept_portfolio(sales, "country"), history_of(sales, "deal_velocity")) == ({}, None, ())
    assert get_figure(UserFactory(role="support"), "portfolio_receivable", today=TODAY) is None


@pytest.mark.django_db
def test_a_day_has_one_row_and_reading_all_takes_one_query(told: dict[str, CompanyFigure]) -> None:
    renew_company(at=NOW, today=TODAY)
    renew_company(at=NOW + DAY, today=TODAY + DAY)
    user = UserFactory(role="finance")

    assert CompanyFigure.objects.count() == 2 * len(told)
    assert [value and int(value) for _, value in history_of(user, "portfolio_dso")] == [45, 45]
    with CaptureQueriesContext(connection) as queries:
        assert list_figures(user)["portfolio_dso"].computed_at == NOW + DAY
    assert len(queries) == 1


@pytest.mark.django_db
def test_kept_sums_are_those_of_all_customers_for_who_sees_all(told: dict[str, CompanyFigure]) -> None:
    everybody, nobody = UserFactory(role="executive"), UserFactory(role="sales")

    totals = total_customers(everybody, Account.objects.all())
    summed = {name: value for name, value in totals.items() if value is not None}

    assert (kept_sums(everybody), kept_sums(nobody)) == (summed, {})
    assert summed["revenue_ttm"] == 700

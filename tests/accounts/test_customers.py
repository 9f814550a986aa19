"""The list of customers: columns by role, order, filters, counts and sums."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import forget_scope, visible_accounts
from accounts.filtersets import AccountFilter, FilterRefused, filterset_of
from accounts.grants import share_account
from accounts.selectors.choices import list_choices
from accounts.selectors.customers import (
    SORTS,
    BadSort,
    columns_of,
    count_customers,
    estimate_customers,
    list_customers,
    sorts_of,
    total_customers,
)
from tests.factories import AccountHealthFactory, SourceFactory

pytestmark = pytest.mark.django_db


def _names(user, params, **more):
    page = list_customers(user, AccountFilter.of(user, params).qs, **more)
    return [row.values["name"] for row in page.rows]


def test_customers_are_sorted_as_people_read_names(login, customer):
    for name in ("Zorn", "älter", "Beta", "alpha"):
        customer(name=name)
    assert _names(login("finance"), {}) == ["alpha", "älter", "Beta", "Zorn"]


def test_customers_without_a_figure_come_last_when_the_highest_comes_first(login, customer):
    customer(name="none", summary={"revenue_ttm": None})
    customer(name="high", summary={"revenue_ttm": Decimal(9)})
    customer(name="low", summary={"revenue_ttm": Decimal(1)})
    assert _names(login("finance"), {}, sort="-revenue") == ["high", "low", "none"]


def test_merged_customers_are_not_listed(login, customer):
    survivor = customer(name="Survivor")
    customer(name="Merged", merged_into=survivor)
    assert _names(login("finance"), {}) == ["Survivor"]


@pytest.mark.parametrize(
    ("role", "columns"),
    [
        (
            "finance",
            "name segment country owner health_score revenue_ttm open_pipeline last_order_date overdue_receivable "
            "credit_light open_tickets sources disputed",
        ),
        (
            "support",
            "name segment country owner health_score revenue_ttm last_order_date has_overdue credit_light open_tickets "
            "sources disputed",
        ),
        ("marketing", "name segment country owner health_band open_pipeline sources"),
        (
            "operations",
            "name segment country owner revenue_ttm open_pipeline last_order_date credit_light open_tickets "
            "sources",
        ),
    ],
)
def test_columns_are_those_the_role_sees(login, role, columns):
    assert [column.name for column in columns_of(login(role))] == columns.split()


def test_rows_hold_what_the_columns_show(login, customer):
    customer(name="A", summary={"overdue_receivable": Decimal(5)})
    page = list_customers(login("support"), AccountFilter.of(login("support"), {}).qs)
    values = page.rows[0].values
    assert "overdue_receivable" not in values
    assert (values["has_overdue"], values["sources"]) == (True, ("ERP",))


@pytest.mark.parametrize(
    ("role", "sorts"),
    [
        ("finance", ("name", "revenue", "overdue", "last_order", "pipeline", "health")),
        ("marketing", ("name", "pipeline")),
        ("operator", ()),
    ],
)
def test_sorts_are_those_whose_values_the_role_sees(login, role, sorts):
    assert sorts_of(login(role)) == sorts


def test_sorting_by_hidden_values_is_refused(login, customer):
    user = login("marketing")
    with pytest.raises(BadSort):
        list_customers(user, AccountFilter.of(user, {}).qs, sort="-overdue")


@pytest.mark.parametrize("sort", ["name", "-revenue", "overdue"])
def test_list_takes_the_same_queries_for_one_and_three_rows(login, customer, sort, django_assert_num_queries):
    user = login("finance")
    for added in (1, 2):
        for _ in range(added):
            customer()
        with django_assert_num_queries(6):  # the rows within a time limit, sources
            list_customers(user, AccountFilter.of(user, {}).qs, sort=sort)


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"country": "FR"}, ["Lyon"]),
        ({"country": "FR,DE"}, ["Berlin", "Lyon"]),
        ({"status": "blocked"}, ["Lyon"]),
        ({"has_overdue": "true"}, ["Berlin"]),
        ({"has_overdue": "false"}, ["Lyon"]),
        ({"revenue__gte": "500"}, ["Berlin"]),
        ({"revenue__lte": "500"}, ["Lyon"]),
        ({"last_order__lte": "2025-06-30"}, ["Lyon"]),
        ({"last_order__gte": "2025-06-30"}, ["Berlin"]),
        ({"disputed": "true"}, ["Lyon"]),
        ({"has_open_tickets": "false"}, ["Lyon"]),
        ({"source": "crm"}, ["Lyon"]),
        ({"source": "erp", "source__ne": "crm"}, ["Berlin"]),
        ({"source": "nobody"}, []),
        ({"country": ""}, ["Berlin", "Lyon"]),
        ({"q": "lyom"}, ["Lyon"]),
    ],
)
def test_filters_narrow_the_list(login, customer, params, names):
    crm, erp = SourceFactory(name="crm"), SourceFactory(name="erp")
    customer(name="Berlin", country="DE", source_ids=[erp.pk], summary={"last_order_date": date(2026, 1, 1)})
    customer(
        name="Lyon", country="FR", status="blocked", disputed=[1], source_ids=[crm.pk, erp.pk],
        summary={
            "overdue_receivable": None, "revenue_ttm": None, "last_order_date": date(2025, 1, 1),
            "open_tickets": 0,
        },
    )  # fmt: skip
    assert _names(login("finance"), params) == names


@pytest.mark.parametrize(
    ("role", "params"),
    [
        ("finance", {"nothing": "1"}),
        ("finance", {"revenue__gte": "much"}),
        ("marketing", {"revenue__gte": "1"}),
        ("support", {"overdue__gte": "1"}),
        ("operator", {"q": "Berlin"}),
        ("operator", {"country": "DE"}),
    ],
)
def test_unknown_broken_and_revealing_filters_are_refused(login, role, params):
    with pytest.raises(FilterRefused) as refused:
        AccountFilter.of(login(role), params)
    assert list(refused.value.errors) == list(params)


def test_document_filters_on_hidden_fields_are_refused(login):
    with pytest.raises(FilterRefused):
        filterset_of("order_line").of(login("support"), {"unit_cost__gte": "1"}, None)


def test_counts_and_sums_cover_the_whole_filter(login, customer):
    for _ in range(3):
        customer()
    user = login("finance")
    accounts = AccountFilter.of(user, {}).qs
    assert count_customers(accounts) == estimate_customers(accounts)
    assert (count_customers(accounts).value, total_customers(user, accounts)["revenue_ttm"]) == (3, 3000)


def test_menus_offer_what_is_met_and_nothing_where_nobody_is_seen(login, customer):
    user = login("finance")
    assert list_choices(user) == {name: [] for name in ("country", "segment", "owner", "industry")}
    customer(country="DE", segment=None)
    customer(country="AT", segment="A")
    met = list_choices(user)
    assert (met["country"], met["segment"]) == (["AT", "DE"], ["A"])


def test_sums_are_those_of_figures_the_role_sees(login, customer):
    customer()
    user = login("marketing")
    assert total_customers(user, AccountFilter.of(user, {}).qs) == {"open_pipeline": Decimal(200)}


def test_territories_and_shares_narrow_the_list_by_the_copy_beside_the_figures(login, granted, customer):
    mine, shared, _other = customer(name="Mine"), customer(name="Shared"), customer(name="Other")
    user = granted(mine, "sales")
    share_account(account=shared, to=user, by=None)
    forget_scope(user)
    assert set(AccountFilter.of(user, {}).qs) == set(visible_accounts(user)) == {mine, shared}
    assert _names(user, {"territory": mine.sales_territory.code}) == ["Mine"]


@pytest.mark.parametrize("sort", SORTS)
def test_following_pages_start_in_the_index(login, customer, sort):
    """A comparison with the customer's own id would walk from the start again."""
    for _ in range(3):
        AccountHealthFactory(account=customer())
    user = login("finance")
    first = list_customers(user, AccountFilter.of(user, {}).qs, sort=sort, limit=1)
    with CaptureQueriesContext(connection) as queries:
        list_customers(user, AccountFilter.of(user, {}).qs, sort=sort, limit=1, cursor=first.next)
    compared = next(query["sql"] for query in queries if "ROW(" in query["sql"])
    assert re.findall(r'ROW\(.*?, "(\w+)"."account_id"\)', compared) == [
        "accounts_accounthealth" if sort == "health" else "accounts_accountsummary"
    ]


def test_user_scope_and_filters_combine(granted, customer):
    mine, _other = customer(name="Mine", country="DE"), customer(name="Other", country="DE")
    assert _names(granted(mine, "sales"), {"country": "DE"}) == ["Mine"]

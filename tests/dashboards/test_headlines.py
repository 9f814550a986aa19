"""Six figures a role asks for first, and how each came about, down to its rows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.metrics import load
from accounts.models import Account, AccountFigures, AccountSummary
from dashboards.panels.headlines.roles import BY_ROLE, MAKERS, MOST
from dashboards.panels.making import PARTS, ROWS
from tests.factories import make

Login = Callable[[str], Client]
Make = Callable[..., Account]
ASKED = {
    "sales": ["Revenue, 12 months", "Open pipeline", "Last order", "Credit", "Health", "Open tickets"],
    "finance": ["Net receivable", "Overdue", "Oldest overdue", "DSO, 90 days", "Days beyond terms", "Exposure"],
    "support": ["Open tickets", "Past agreed time", "CSAT, 180 days", "First response", "Health", "Overdue invoices"],
    "operations": ["Open orders", "Backlog", "Last order", "Credit", "Open pipeline", "Open tickets"],
    "executive": ["Revenue, 12 months", "Gross margin", "Lifetime value", "Health, 26 weeks", "Overdue",
                  "Share of group"],
    "steward": ["Records linked", "Open questions", "Disputed values", "Filled fields", "Last merge", "Weakest tie"],
    "operator": ["Open questions", "Disputed values"],
    "administrator": [],
}  # fmt: skip


@pytest.fixture
def owing(customer: Make) -> Account:
    """A customer with kept figures: half of its limit used, five days late."""
    account = customer()
    AccountSummary.objects.update(exposure=Decimal(5000), available_credit=Decimal(5000))
    AccountFigures.objects.create(
        account=account, limit_used=Decimal(50), days_beyond_terms=Decimal(5),
        gross_margin=Decimal("31.5"), margin=Decimal(3150), margin_revenue=Decimal(10_000),
    )  # fmt: skip
    return account


@pytest.mark.parametrize("role", list(ASKED))
def test_each_role_is_told_its_figures_in_its_order(login: Login, owing: Account, role: str) -> None:
    page = login(role).get(f"/customers/{owing.pk}/")

    assert [headline.label for headline in page.context["headlines"]] == ASKED[role]


def test_a_figure_is_told_with_its_measure(login: Login, owing: Account) -> None:
    page = login("finance").get(f"/customers/{owing.pk}/")
    told = {headline.label: (headline.value, headline.note) for headline in page.context["headlines"]}

    assert told["Days beyond terms"] == ("5 d", "Weighted, with what is overdue today")
    assert told["Exposure"] == ("€5.00k", "50 % of the limit · €5.00k free")
    assert told["DSO, 90 days"] == ("—", "Nothing billed in 90 days")


def test_a_group_tells_the_share_of_one_company(login: Login, customer: Make) -> None:
    parent = customer("Holding")
    child = customer("Daughter", parent=parent)

    page = login("executive").get(f"/customers/{child.pk}/")

    shown = page.context["headlines"][-1]
    assert (shown.label, shown.value, shown.note) == ("Share of group", "50 %", "of €24.0k, 2 of 2 companies")


def test_a_figure_opens_its_parts_and_rows(login: Login, owing: Account) -> None:
    client = login("finance")

    owed = client.get(f"/metrics/open_receivable/?customer={owing.pk}").context["making"]
    margin = client.get(f"/metrics/gross_margin/?customer={owing.pk}").context["making"]

    assert (owed.value, owed.found, owed.whole, owed.tab[0]) == ("€1,190.00", 1, True, "Finance")
    assert [row[0].value for row in owed.table.rows] == [f"INV-{owing.pk}"]
    assert [(metric.name, value) for metric, value in margin.parts] == [
        ("margin", "€3,150.00"), ("margin_revenue", "€10,000.00"),
    ]  # fmt: skip
    assert margin.value == "31.5 %"


def test_rows_behind_a_figure_are_those_it_counts(login: Login, owing: Account) -> None:
    walk = owing.crosswalk.first()
    shared = {"account": owing, "account_ref": walk, "source": walk.source}
    make("ticket", number="T-1", status="open", priority="severe", **shared)
    make("ticket", number="T-2", status="closed", priority="severe", **shared)

    making = login("support").get(f"/metrics/severe_tickets/?customer={owing.pk}").context["making"]

    assert making.found == 1


@pytest.mark.parametrize(("role", "figure"), [("support", "open_receivable"), ("marketing", "revenue_ttm")])
def test_a_hidden_figure_has_no_making(login: Login, owing: Account, role: str, figure: str) -> None:
    page = login(role).get(f"/metrics/{figure}/?customer={owing.pk}")

    assert page.context["making"] is None
    assert "hidden for your role" in page.content.decode()


def test_a_figure_of_a_customer_beyond_reach_is_not_found(login: Login, owing: Account) -> None:
    client = login("sales")
    Account.objects.filter(pk=owing.pk).update(sales_territory=None)

    assert client.get(f"/metrics/revenue_ttm/?customer={owing.pk}").status_code == 404


def test_every_name_is_known() -> None:
    figures = load().of("customer")
    assert {name for names in BY_ROLE.values() for name in names} <= set(MAKERS)
    assert {*ROWS, *PARTS, *(part for parts in PARTS.values() for part in parts)} <= set(figures)
    assert all(len(set(names)) == len(names) for names in BY_ROLE.values()) and MOST == 6

"""The main path of each role, from the login to what it came for; the steward's is walked in test_desk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import (
    Account,
    InvoiceDispute,
    Note,
    PaymentPromise,
    Source,
    Task,
    Territory,
    TerritoryUserPermission,
    User,
)
from accounts.products import renew_products
from tests.browser.test_operations import some_sync
from tests.dashboards.conftest import NOW, TODAY
from tests.dashboards.test_q2c import company as chained  # noqa: F401 - a fixture
from tests.factories import ContactFactory, ProductFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]


def test_finance_finds_who_owes_what_and_since_when(enter: Enter, company: list[Account], outside: list[str]) -> None:
    page = enter("finance")
    page.locator("#attention [data-row] a").first.click()
    page.get_by_role("link", name="Overdue", exact=True).click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_text("1 row behind it")).to_be_visible()
    expect(drawer.get_by_text("€1,190.00").first).to_be_visible()
    drawer.get_by_role("link", name="Everything on Finance").click()
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()

    page.locator("summary", has_text="Promise").press("Enter")
    page.locator("form[action*=promise] [name=day]").fill("2099-12-05")
    page.locator("form[action*=promise] [name=amount]").fill("500")
    page.keyboard.press("Enter")
    expect(page.locator(".agreed")).to_contain_text("by 5 Dec 2099")
    page.locator("summary", has_text="Dispute").press("Enter")
    expect(page.locator("form[action*=promise] [name=amount]")).to_be_hidden()
    page.locator("form[action*=dispute] [name=amount]").fill("90")
    page.keyboard.press("Enter")
    expect(page.locator(".agreed")).to_contain_text("Dispute: price")
    page.get_by_role("button", name="Customer is right").press("Enter")
    expect(page.get_by_role("button", name="Customer is right")).to_be_hidden()

    assert list(PaymentPromise.objects.values_list("amount", "state")) == [(500, "open")]
    assert list(InvoiceDispute.objects.values_list("amount", "state")) == [(90, "accepted")]
    assert outside == []


def test_sales_reads_up_on_a_customer_logs_a_call_and_takes_the_brief(
    enter: Enter, company: list[Account], territory: Territory
) -> None:
    permission = Permission.objects.get(codename="see_territory")
    page = enter("sales")
    user = User.objects.get(role="sales")
    TerritoryUserPermission.objects.create(user=user, content_object=territory, permission=permission)
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.get_by_label("Search customers").first.fill("kesler")  # a letter is missing
    expect(page.locator("#results [data-row]")).to_have_count(1)
    page.get_by_role("button", name="Save view").click()
    page.locator("#save-menu").get_by_label("Name").fill("My Kessler")
    page.locator("#save-menu").get_by_role("button", name="Save view").click()
    expect(page.locator("#views [aria-current]")).to_contain_text("My Kessler")
    page.get_by_role("link", name="Kessler Präzision").click()
    expect(page.locator(".headline")).to_have_count(6)
    expect(page.locator("main")).to_contain_text("Retrofit")

    page.keyboard.press("n")
    page.locator("#note-menu").get_by_text("Call", exact=True).click()
    page.get_by_placeholder("What should the next person know?").fill("Wants two more pumps")
    page.locator("#note-menu").get_by_role("button", name="Log note").click()
    expect(page.locator("#toasts")).to_contain_text("Undo")
    page.keyboard.press("t")
    page.get_by_label("What is to be done").fill("Send the quote")
    page.get_by_role("button", name="Create task").click()
    expect(page.locator("main")).to_contain_text("Send the quote")
    page.locator(".identity__acts").get_by_role("link", name="Brief").click()
    brief = page.get_by_role("link", name="PDF").get_attribute("href")
    paper = page.context.request.get(page.url.split("?")[0] + str(brief)).body()

    assert paper.startswith(b"%PDF-")
    assert list(Note.objects.values_list("kind", "text")) == [("call", "Wants two more pumps")]
    assert list(Task.objects.values_list("title", flat=True)) == ["Send the quote"]


def test_support_reads_a_customer_and_leaves_a_note(enter: Enter, company: list[Account]) -> None:
    page = enter("support")
    page.keyboard.press("Control+k")
    page.keyboard.type("kessler")
    expect(page.get_by_role("option", name="Kessler")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Service", exact=True).click()
    expect(page).to_have_url(re.compile("service"))
    page.wait_for_load_state()
    page.keyboard.press("n")
    page.get_by_placeholder("What should the next person know?").fill("Asked for a call")
    page.locator("#note-menu").get_by_role("button", name="Log note").click()
    expect(page.locator("#toasts")).to_contain_text("Undo")

    assert Note.objects.get().text == "Asked for a call"


def test_an_executive_goes_from_groups_to_a_customer(enter: Enter, company: list[Account]) -> None:
    page = enter("executive", "/customers/?group=segment")
    page.locator(".groups tbody a").first.click()
    page.get_by_role("link", name="Acme Pumps").click()
    expect(page.locator(".headline")).to_have_count(6)
    expect(page.locator(".headline").last).to_contain_text("Belongs to no group")
    page.go_back()

    expect(page.get_by_role("link", name="Acme Pumps")).to_be_visible()


def test_operations_follow_an_order_and_a_product(enter: Enter, chained: Account) -> None:  # noqa: F811
    ProductFactory(name="Gear pump")
    renew_products(at=NOW, today=TODAY)
    page = enter("operations", "/products/")
    page.get_by_role("link", name="Gear pump").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gear pump")
    page.goto(page.url.split("/products/")[0] + f"/customers/{chained.pk}/orders/")
    page.locator(".chains__name").first.click()

    expect(page.get_by_role("heading", name="Lines side by side")).to_be_visible()


def test_marketing_finds_who_agreed_to_be_written_to(enter: Enter, company: list[Account]) -> None:
    for name, agreed in (("Mia Ja", True), ("Max Nein", False)):
        ContactFactory(account=company[0], name=name, consent_email=agreed)
    page = enter("marketing", "/customers/")
    page.get_by_role("link", name="Acme Pumps").click()
    page.get_by_role("link", name="People", exact=True).click()

    expect(page.locator("main")).to_contain_text("Mia Ja")
    expect(page.locator("main")).not_to_contain_text("Max Nein")


def test_an_operator_goes_from_the_board_to_a_broken_run(
    enter: Enter, live_server: LiveServer, sources: dict[str, Source]
) -> None:
    some_sync(sources["erp"])
    page = enter("operator", "/sync/")
    page.get_by_role("link", name="orders", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("orders", re.I))
    page.locator("a[href*='/sync/runs/']").first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Run")


def test_an_administrator_sees_the_portal_as_somebody_and_stops(enter: Enter, company: list[Account]) -> None:
    UserFactory(email="anna@example.com", role="support")
    page = enter("administrator", "/admin/users/")
    page.get_by_role("link", name=re.compile("anna")).first.click()
    page.get_by_role("button", name="View as").click()
    expect(page.locator(".viewing")).to_contain_text("Nothing can be changed")
    page.get_by_role("button", name="Stop").click()

    expect(page.locator(".viewing")).to_have_count(0)

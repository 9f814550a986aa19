"""What people do, in a real browser and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from syncengine.models import StewardTask
from tests.browser.conftest import PASSWORD
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]


def test_somebody_logs_in_and_finds_the_way_back(page: Page, live_server: LiveServer) -> None:
    UserFactory(email="anna@example.com", password=PASSWORD, role="operator")
    page.goto(f"{live_server.url}/login/?next=/sync/")
    page.get_by_label("E-mail").fill("anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/sync/")

    expect(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Sync")).to_have_attribute(
        "aria-current", "page"
    )


def test_list_leads_to_customer_and_value_to_its_lineage(
    enter: Enter, company: list[Account], outside: list[str]
) -> None:
    page = enter("finance", "/customers/")

    page.get_by_role("link", name="Acme Pumps").click()
    page.locator(".facts").get_by_role("link", name="+49 221 5511").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("heading", name="Phone")).to_be_focused()
    expect(drawer).to_contain_text("CRM comes first")
    page.keyboard.press("Escape")

    expect(page.locator(".facts").get_by_role("link", name="+49 221 5511")).to_be_focused()
    page.locator(".chart").scroll_into_view_if_needed()  # it is drawn when somebody comes to it
    expect(page.locator(".chart[data-drawn]")).to_be_visible(timeout=20_000)
    assert outside == []


def test_filter_narrows_the_list_and_stays_in_the_address(enter: Enter, company: list[Account]) -> None:
    page, loaded = enter("finance", "/customers/"), []
    page.on("request", lambda request: loaded.append(request.url))

    page.get_by_label("Search customers").first.fill("kesler")
    expect(page.locator("#results [data-row]")).to_have_count(1)
    page.wait_for_url("**/customers/?*q=kesler*")
    page.reload()

    expect(page.locator("#results [data-row]")).to_have_count(1)
    assert loaded and not [url for url in loaded if "plotly" in url]  # no chart, so no library for charts


def test_palette_finds_a_customer_by_keyboard(enter: Enter, company: list[Account]) -> None:
    page = enter("finance")

    page.keyboard.press("Control+k")
    page.keyboard.type("brandt")
    expect(page.get_by_role("option", name="Brandt")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Brandt Maschinenbau")


def test_rows_are_walked_with_keys(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/")

    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text(focused)


def test_steward_decides_and_takes_it_back_by_keys(enter: Enter, duplicate: StewardTask) -> None:
    page = enter("steward", f"/queue/{duplicate.pk}/")

    page.keyboard.press("m")
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Same customer")
    duplicate.refresh_from_db()
    answered = duplicate.state
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Different")).to_be_visible()

    duplicate.refresh_from_db()
    assert (answered, duplicate.state) == ("done", "open")


def test_steward_settles_a_conflict_with_a_number_key(enter: Enter, conflict: StewardTask) -> None:
    page = enter("steward", f"/queue/{conflict.pk}/")

    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()

    conflict.refresh_from_db()
    assert conflict.outcome == "pinned +49 221 2"


def test_theme_is_switched_and_remembered(enter: Enter) -> None:
    page = enter("finance")

    with page.expect_response("**/account/preferences/"):
        page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert User.objects.get().theme == "dark"


def test_pages_work_without_scripts(browser: object, live_server: object, company: list[Account]) -> None:
    User.objects.create_user("anna@example.com", "a-good-secret", role="finance")
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"{live_server.url}/login/?next=/search/%3Fq=acme")  # type: ignore[attr-defined]
    page.get_by_label("E-mail").fill("anna@example.com")
    page.get_by_label("Password").fill("a-good-secret")
    page.get_by_role("button", name="Log in").click()

    page.get_by_role("link", name="Acme Pumps").click()
    page.locator(".facts").get_by_role("link", name="+49 221 5511").click()

    expect(page.get_by_role("heading", name="Phone")).to_be_visible()
    context.close()

"""What a person sees when a fragment fails: told in place, with what was there still there, and a way to try again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import Account, Follow, PutAside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]
LIST = "**/customers/?*q=acme*"


@pytest.mark.usefixtures("intercepted")
def test_failed_fragments_say_what_happened_and_try_again(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/")
    page.route(LIST, lambda route: route.abort())

    page.get_by_label("Search customers").first.fill("acme")
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    kept = page.locator("#results [data-row]").count()
    answer_with(page, lambda route: route.fulfill(status=500, body="broken"))
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Something broke on our side")
    answer_with(page, lambda route: route.continue_())
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.locator("#results [data-row]")).to_have_count(1)

    assert (kept, page.get_by_role("alert").count()) == (3, 0)
    assert page.url.split("?")[1] == "q=acme"


def answer_with(page: Page, answer: Callable[[Route], None]) -> None:
    """Until told otherwise; leaving the search box may ask once more than the button does."""
    page.unroute(LIST)
    page.route(LIST, answer)


def test_expired_session_leads_to_login_and_back(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/")
    page.context.clear_cookies()

    page.get_by_label("Search customers").first.fill("acme")

    expect(page.get_by_role("alert")).to_contain_text("You have been logged out")
    expect(page.get_by_role("link", name="Log in")).to_have_attribute("href", "/login/?next=%2Fcustomers%2F")


def test_s_stars_a_row_and_puts_a_line_of_home_aside(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Follow Acme Pumps")).to_have_attribute("aria-pressed", "true")
    page.goto(page.url.split("/customers/")[0])
    lines = page.locator("#attention [data-row]")
    expect(lines).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(lines).to_have_count(2)
    expect(page.locator("#toasts")).to_contain_text("Put aside until")

    assert (Follow.objects.count(), PutAside.objects.count()) == (1, 1)

"""Every key the pages offer does what the help says; those of the steward's cards are tried in test_desk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.catalogue import roles
from accounts.models import Account, User
from dashboards import keymap, shell
from syncengine.models import StewardTask
from tests.factories import AlertFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]


def heading(page: Page) -> str:
    """What the page shown is about."""
    return page.locator("h1").first.inner_text()


@pytest.mark.parametrize("role", ["finance", "steward", pytest.param("administrator", marks=pytest.mark.soak)])
def test_g_and_a_letter_lead_to_each_page_of_a_role(enter: Enter, live_server: LiveServer, role: str) -> None:
    page = enter(role)
    reached = {}
    for item in shell.list_pages(User.objects.get(role=role)):
        page.locator("main").click(position={"x": 2, "y": 2})
        page.keyboard.press("g")
        page.keyboard.press(item.letter)
        page.wait_for_url(f"{live_server.url}{item.url}")
        reached[item.label] = page.locator(".nav [aria-current]").get_attribute("href")

    assert reached == {item.label: item.url for item in shell.list_pages(User.objects.get(role=role))}


def test_no_two_pages_share_a_letter() -> None:
    letters = [letter for _, _, letter in shell.PAGES.values()]

    assert sorted(set(letters)) == sorted(letters)


@pytest.mark.parametrize("role", list(roles()))
def test_no_key_of_one_kind_means_two_things(db: None, role: str) -> None:
    groups = keymap.key_groups(UserFactory(role=role), steward=role == "steward")

    assert all(len({key for key, _ in rows}) == len(rows) for _, rows in groups)


def test_keys_that_work_everywhere(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_label("Search customers").first).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#palette")).to_be_hidden()


def test_the_whole_list_is_ticked_and_exported_by_keys(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Shift+A")
    expect(page.locator("[data-ticked]")).to_have_text("All")
    page.keyboard.press("Escape")
    with page.expect_download() as saved:
        page.keyboard.press("e")

    assert saved.value.suggested_filename.endswith(".csv")


def test_keys_of_a_customer(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Brandt")
    page.keyboard.press("[")
    expect(page.locator("h1")).to_contain_text("Acme")
    page.keyboard.press("]")
    expect(page.locator("h1")).to_contain_text("Brandt")
    page.keyboard.press("t")
    expect(page.locator("#task-menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#task-menu")).to_be_hidden()
    page.keyboard.press("f")

    expect(page.get_by_role("button", name="Following")).to_be_visible()


@pytest.mark.usefixtures("intercepted")
def test_a_key_pressed_before_the_scripts_are_there_is_not_lost(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/?sort=name")
    waiting: list[Route] = []
    page.keyboard.press("j")
    page.route("**/portal*.js", lambda route: waiting.append(route))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Acme")
    page.keyboard.press("n")
    expect(page.locator("#note-menu")).to_be_hidden()
    page.unroute("**/portal*.js")
    waiting[0].continue_()

    expect(page.get_by_placeholder("What should the next person know?")).to_be_focused()


def test_keys_of_the_queue_work_on_what_is_ticked(enter: Enter, duplicate: StewardTask) -> None:
    page = enter("steward", "/queue/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("i")
    expect(page.locator("#toasts")).to_contain_text(re.compile("yours|assigned|Given", re.I))
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("s")
    expect(page.locator("#toasts")).to_contain_text(re.compile("aside", re.I))

    duplicate.refresh_from_db()
    assert (str(duplicate.assignee), duplicate.snoozed_until is not None) == ("steward@example.com", True)


def test_an_alert_is_taken_by_its_key(enter: Enter, company: list[Account]) -> None:
    alert = AlertFactory(account=company[0])
    page = enter("finance", f"/alerts/{alert.pk}/")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_be_visible()

    alert.refresh_from_db()
    assert alert.acknowledged_at is not None

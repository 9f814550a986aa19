"""Each role's day in a real browser: by keys, on desktop and phone, in both themes, on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Note, User
from tests.browser.test_looks import faults, spills
from tests.factories import ContactFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]
SHIFTS = """() => { window.shifted = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifted += entry.value; }).observe({type: "layout-shift"}); }"""

# role -> theme, width, and the pages of its day; {id} is a customer
DAYS = {
    "sales": ("dark", 390, ("/", "/customers/?mine=true", "/customers/")),
    "finance": ("light", 1440, ("/customers/{id}/finance/", "/customers/{id}/timeline/", "/customers/{id}/brief/")),
    "support": ("dark", 1440, ("/", "/customers/{id}/", "/customers/{id}/service/")),
    "executive": ("light", 390, ("/", "/customers/?group=segment", "/customers/{id}/group/", "/customers/{id}/")),
    "marketing": ("light", 1440, ("/", "/customers/{id}/people/")),
    "operations": ("dark", 390, ("/", "/customers/{id}/orders/")),
    "steward": ("dark", 1440, ("/customers/{id}/data/", "/account/keys/", "/account/tokens/")),
    "operator": ("light", 390, ("/customers/{id}/",)),
    "administrator": ("dark", 1440, ("/admin/users/", "/admin/roles/", "/admin/territories/", "/admin/audit/")),
}


SOAKED = ("support", "marketing", "operator", "administrator")  # their paths are walked in test_days


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=[pytest.mark.soak] if role in SOAKED else []) for role in DAYS]
)
def test_pages_of_a_role_are_sound(enter: Enter, live_server: LiveServer, company: list[Account], role: str) -> None:
    theme, width, paths = DAYS[role]
    ContactFactory(account=company[0], consent_email=True)
    page = enter(role)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    problems = []
    for path in paths:
        page.set_viewport_size({"width": width, "height": 844})
        answer = page.goto(live_server.url + path.format(id=company[0].pk))
        problems += [f"{path}: {answer.status}"] if answer is None or answer.status != 200 else []
        problems += faults(page) + spills(page)

    assert problems == []


def test_note_is_logged_and_taken_back_by_keys(enter: Enter, company: list[Account], outside: list[str]) -> None:
    page = enter("finance", "/customers/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.keyboard.press("n")
    page.get_by_placeholder("What should the next person know?").fill("Pays after the fair")
    page.locator("#note-menu").get_by_role("button", name="Log note").click()
    expect(page.locator(".notes")).to_contain_text("Pays after the fair")
    page.keyboard.press("z")

    expect(page.locator("#toasts")).to_contain_text("gone again")
    assert (Note.objects.filter(deleted_at=None).count(), outside) == (0, [])


def test_list_is_walked_ticked_and_peeked_into_by_keys(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/?sort=name")
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(page.locator("[data-ticked]")).to_have_text("3")

    page.keyboard.press("o")
    expect(page.locator("#drawer .peek__name")).to_have_text("Kessler Präzision")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brandt")
    page.keyboard.press("]")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Kessler")


def test_columns_move_without_dragging_and_stay_through_reload_and_back(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/")
    heads = page.locator(".customers thead th")

    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="Move Country up").click()
    expect(heads.nth(2)).to_have_text("Country")
    page.get_by_label("Owner", exact=True).and_(page.locator("[name=col]")).uncheck()
    expect(page.locator(".customers .col-owner")).to_have_count(0)
    page.reload()
    expect(heads.nth(2)).to_have_text("Country")
    page.get_by_role("link", name="Acme Pumps").click()
    page.go_back()

    expect(page.locator(".customers .col-owner")).to_have_count(0)


def test_filters_swap_without_shifting_the_page(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/")
    page.evaluate(SHIFTS)

    page.get_by_label("Search customers").first.fill("acme")
    expect(page.locator("#results [data-row]")).to_have_count(1)

    assert page.evaluate("window.shifted") < 0.02


def test_view_is_kept_and_stands_among_the_tabs(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/?country=DE")

    page.get_by_role("button", name="Save view").click()
    page.locator("#save-menu").get_by_label("Name").fill("Germans")
    page.locator("#save-menu").get_by_role("button", name="Save view").click()

    expect(page.locator("#views [aria-current]")).to_contain_text("Germans")


def test_own_keys_act_and_shipped_ones_can_be_switched_off(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", "/customers/")
    User.objects.update(key_map={"j": "i"})
    page.reload()
    page.keyboard.press("i")
    moved = page.locator("[data-row][data-at]").count()
    User.objects.update(single_keys=False)
    page.reload()
    page.keyboard.press("i")

    assert (moved, page.locator("[data-row][data-at]").count()) == (1, 0)


def test_brief_prints_to_pdf(enter: Enter, company: list[Account]) -> None:
    page = enter("finance", f"/customers/{company[0].pk}/brief/")

    assert page.pdf().startswith(b"%PDF-")


def test_workspace_works_without_scripts(browser: object, live_server: LiveServer, company: list[Account]) -> None:
    User.objects.create_user("anna@example.com", "a-good-secret", role="finance")
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"{live_server.url}/login/?next=/customers/%3Fcountry=DE")
    page.get_by_label("E-mail").fill("anna@example.com")
    page.get_by_label("Password").fill("a-good-secret")
    page.get_by_role("button", name="Log in").click()

    page.get_by_role("link", name="Acme Pumps").click()
    page.get_by_role("link", name="Timeline", exact=True).click()
    page.get_by_role("button", name="Log note").first.click()
    page.get_by_placeholder("What should the next person know?").fill("Without scripts")
    page.locator("#note-menu").get_by_role("button", name="Log note").click()

    expect(page.locator(".timeline").first).to_contain_text("Without scripts")
    context.close()

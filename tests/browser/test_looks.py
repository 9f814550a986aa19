"""Every page in a real browser: nothing spills over, and axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account
from syncengine.models import StewardTask

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]
SIZES = [(1440, 900), (390, 844)]


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {fault['id']}: {fault['nodes'][0]['html'][:140]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def spills(page: Page) -> list[str]:
    """The page's address at each width where it is wider than the screen."""
    wide = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(f"{page.url} at {width}")
    return wide


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.soak)])
def test_pages_are_sound_in_both_themes(
    enter: Enter,
    live_server: LiveServer,
    company: list[Account],
    duplicate: StewardTask,
    conflict: StewardTask,
    theme: str,
) -> None:
    page = enter("steward")
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    paths = [
        "/",
        "/customers/",
        f"/customers/{company[0].pk}/",
        "/queue/",
        f"/queue/{duplicate.pk}/",
        f"/queue/{conflict.pk}/",
        "/sync/",
        "/sync/crm/",
        "/sync/refused/",
        "/search/?q=acme",
        "/nothing/",
    ]
    problems = []
    for path in paths:
        page.goto(live_server.url + path)
        problems += faults(page) + spills(page)
        page.set_viewport_size({"width": 1440, "height": 900})

    assert problems == []


@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.soak), "dark"])
def test_money_pages_are_sound_in_both_themes(
    enter: Enter, live_server: LiveServer, company: list[Account], theme: str
) -> None:
    page = enter("finance")
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    problems = []
    for path in ("/", "/customers/", f"/customers/{company[0].pk}/", "/account/password/"):
        page.goto(live_server.url + path)
        problems += faults(page) + spills(page)
        page.set_viewport_size({"width": 1440, "height": 900})

    assert problems == []


def test_login_is_sound(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/login/")

    assert faults(page) + spills(page) == []


def test_filters_are_at_hand_on_a_phone_unless_they_fold_into_a_menu(enter: Enter, company: list[Account]) -> None:
    page = enter("steward", "/merges/")
    page.set_viewport_size({"width": 390, "height": 844})
    plain = [page.get_by_label(label).is_visible() for label in ("What happened", "Who did it")]
    page.goto(page.url.replace("/merges/", "/customers/"))
    folded = [page.get_by_role("button", name="More filters").is_visible(), page.locator("#filters > .select").count()]

    assert (plain, folded[0], spills(page)) == ([True, True], True, [])
    assert folded[1] and not page.locator("#filters > .select:visible").count()

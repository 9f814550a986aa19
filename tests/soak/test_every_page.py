"""Every page there is, as every role, in both themes and at both widths; `make test` walks each of them once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.catalogue import roles
from tests.browser.conftest import company, enter, outside  # noqa: F401 - fixtures
from tests.browser.test_every_page import PAGES, chained, complaints, numbers  # noqa: F401 - fixtures
from tests.browser.test_looks import SIZES, faults, spills
from tests.browser.test_pages import DAYS
from tests.dashboards.conftest import customer, sources, territory  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMED = [address for pages in PAGES.values() for address in pages.values()]
LISTS = ["/queue/", "/queue/bulk/", "/queue/quality/", "/merges/", "/sync/", "/sync/refused/", "/sync/schema/",
         "/health/", "/health/backtest/", "/forecast/", "/alerts/", "/alerts/preferences/", "/alerts/rules/",
         "/search/?q=acme", "/account/keys/", "/account/password/"]  # fmt: skip
# A page of another role, and what is not there for a customer like this.
REFUSED = (403, 404)
HIDDEN = 400  # where a list is asked by what the role may not see


@pytest.mark.parametrize(("role", "theme"), list(product(roles(), ("light", "dark"))))
def test_every_page_is_sound_for_every_role(
    enter: Callable[..., Page],  # noqa: F811
    live_server: LiveServer,
    outside: list[str],  # noqa: F811
    numbers: dict[str, int],  # noqa: F811
    role: str,
    theme: str,
) -> None:
    page = enter(role)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    days = [path.format(id=numbers["account"]) for _, _, paths in DAYS.values() for path in paths]
    known = [path.format(**numbers) for path in NAMED if "{draft}" not in path]
    said, wrong, seen = complaints(page), [], 0
    for path in dict.fromkeys([*days, *known, *LISTS]):
        answer = page.goto(live_server.url + path)
        status = answer.status if answer else 0
        seen += status == 200
        refused = status in REFUSED or (status == HIDDEN and "?" in path)
        wrong += [] if status == 200 or refused else [f"{path}: {status}"]
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            wrong += faults(page)
        wrong += spills(page)

    # The console repeats each refusal; what it says beyond that is a fault.
    assert (wrong, [text for text in said if "status of 40" not in text], outside) == ([], [], [])
    assert seen > 5

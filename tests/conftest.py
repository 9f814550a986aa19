"""Fixtures for every room's tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BASE = Path(__file__).resolve().parent.parent
# The suite tries the same examples every time: what fails here fails anywhere. `make soak` looks for others.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("searching", deadline=None, print_blob=True)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests begin, so that no core waits for the last of them alone.

    Among them those of the real ERP come last: the first of them installs it, and the others would wait meanwhile.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[bool, bool]:
    return item.get_closest_marker("slow") is None, "tryton" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; skips where there is none."""
    for candidate in (os.environ.get("CHROMIUM"), shutil.which("chromium"), shutil.which("google-chrome")):
        if candidate and Path(candidate).exists():
            return candidate
    pytest.skip("no Chromium found: install it, or name it as CHROMIUM")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One headless Chromium for the whole run."""
    # Late, so that runs without browser tests don't need Playwright.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page with cookies and storage of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True, scope="session")
def _tables_are_emptied_quickly() -> Iterator[None]:
    """What committed tests leave is deleted where it lies."""
    from django.test import TransactionTestCase  # late: Django is set up by then

    from tests.emptying import empty_tables

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: empty_tables())
        yield


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_hashed_quickly() -> Iterator[None]:
    """A hash that resists guessing takes a third of a second, and nobody guesses here."""
    from django.test import override_settings  # late: Django is set up by then

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _uses_are_written_by_nobody() -> None:
    """What a page costs is counted in tests; the minute's writing of uses would fall on any of them."""
    from accounts.workspace import adoption  # late: models load only after Django is set up

    adoption.EVERY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_fields_end_with_their_test() -> Iterator[None]:
    """What a test declares is rolled back with its tables; no other test may believe in those columns."""
    yield
    from accounts import own_fields  # late: models load only after Django is set up

    own_fields.forget()

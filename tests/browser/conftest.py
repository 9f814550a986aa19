"""A portal with a small company in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Request
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account
from tests.dashboards.conftest import customer, login, sources, territory  # noqa: F401 - fixtures
from tests.dashboards.test_queue import conflict, duplicate, stream  # noqa: F401 - fixtures
from tests.factories import UserFactory

PASSWORD = "a-good-secret"
Enter = Callable[..., Page]


@pytest.fixture(autouse=True)
def _allow_database_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright keeps an event loop in this thread, which Django takes for asynchronous code."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def outside(page: Page, live_server: LiveServer) -> Iterator[list[str]]:
    """Addresses the browser asked for beyond the portal."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:")):
            asked.append(request.url)

    page.on("request", note)
    yield asked


@pytest.fixture
def enter(page: Page, live_server: LiveServer, transactional_db: None) -> Iterator[Enter]:
    """Logs somebody of a role in and opens a page; what the page still asks for is awaited at the end."""

    def open_as(role: str, path: str = "/") -> Page:
        UserFactory(email=f"{role}@example.com", password=PASSWORD, role=role)
        page.goto(f"{live_server.url}/login/?next={path}")
        page.get_by_label("E-mail").fill(f"{role}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"**{path}")
        return page

    yield open_as
    page.wait_for_load_state("networkidle")


@pytest.fixture
def company(transactional_db: None, customer: Callable[..., Account]) -> list[Account]:  # noqa: F811
    """A few customers."""
    return [customer(name) for name in ("Acme Pumps", "Brandt Maschinenbau", "Kessler Präzision")]

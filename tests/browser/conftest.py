"""A portal with a small company in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
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
    """Opens a page as somebody of a role who has logged in; what the page still asks for is awaited at the end."""
    asked = asked_by(page)

    def open_as(role: str, path: str = "/") -> Page:
        session = Client()
        session.force_login(UserFactory(email=f"{role}@example.com", password=PASSWORD, role=role))
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": session.cookies[name].value, "url": live_server.url}])
        page.goto(live_server.url + path)
        return page

    yield open_as
    for _ in range(500):
        if not asked:
            break
        page.wait_for_timeout(10)
    page.goto("about:blank")  # nothing is asked for while the tables are emptied


@pytest.fixture
def intercepted(page: Page) -> None:
    """Requests pass the test from before the page opens: switched on later, a browser lets the first ones by."""
    page.route("**/nobody-asks-for-this/", lambda route: route.abort())


def asked_by(page: Page) -> set[Request]:
    """What the page has asked for and not got yet."""
    asked: set[Request] = set()
    page.on("request", lambda request: asked.add(request))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: asked.discard(request))  # type: ignore[call-overload]
    return asked


@pytest.fixture
def company(transactional_db: None, customer: Callable[..., Account]) -> list[Account]:  # noqa: F811
    """A few customers."""
    return [customer(name) for name in ("Acme Pumps", "Brandt Maschinenbau", "Kessler Präzision")]

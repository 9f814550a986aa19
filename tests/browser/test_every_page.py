"""Every page there is, in a real browser: answers, fits both widths, loads from the portal alone, pleases axe.

What needs a world of its own is visited where that world is built; one test holds that no page is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Chain, ChangeRequest, ProcessException, Product, User
from accounts.products import renew_products
from dashboards.urls import urlpatterns
from syncengine.models import PolicyVersion
from syncengine.policies.drafts import draft_of_version, may_edit
from tests.browser.test_looks import faults, spills
from tests.dashboards.conftest import NOW, TODAY
from tests.dashboards.test_q2c import company as chained  # noqa: F401 - a fixture
from tests.factories import ProductFactory, UserFactory
from tests.syncengine.small_company import make_small_company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]

# Visited with richer rows in the file named.
ELSEWHERE = {
    "test_looks": ("home", "customers", "customer", "queue", "task", "sync", "source", "refused", "search", "login",
                   "password_change"),
    "test_pages": ("tab", "brief", "own_keys", "own_tokens"),
    "test_desk": ("evidence", "queue_bulk", "batch", "queue_quality", "merges", "move", "apart"),
    "test_health": ("health", "health_backtest", "forecast", "alerts", "alert_preferences", "alert_rules"),
    "test_operations": ("stream", "run", "error_group", "sync_schema", "letter", "admin_users", "admin_user",
                        "admin_roles", "admin_territories", "admin_keys", "admin_hooks", "admin_hook", "admin_audit"),
    "test_keys": ("alert",),
}  # fmt: skip
# Parts of pages, files, and what only takes an answer.
NO_PAGES = {
    "home_figures", "home_attention", "home_parts", "home_aside", "customers_totals", "customers_question",
    "customers_groups", "customers_columns", "customers_bulk", "customers_export", "views", "view_delete", "panel",
    "customer_peek", "note_write", "task_create", "follow", "report", "change_ask", "agree", "pulse", "note", "todo",
    "report_answer", "undo_act", "settle", "health_figures", "queue_care", "batch_judge", "batch_act", "task_next",
    "task_settle", "care", "decide", "resolve", "undo", "rule_edit", "rule_act", "approval_decide", "write_undo",
    "acceptance_end", "exception_act", "chain_link", "alert_rules_revert", "alert_act", "move_revert",
    "replay_chosen", "letter_act", "replay", "run_cancel", "first_load_end", "error_act", "drift_act", "stream_act",
    "logout", "preferences", "own_token_revoke", "admin_create_user", "view_as", "admin_change_user", "stop_viewing",
    "admin_create_team", "admin_revoke_key", "admin_add_hook", "admin_call_again", "admin_hook_act", "briefs",
    "password_reset_confirm", "password_reset_complete", "rule_documents",
}  # fmt: skip
OPEN = {"password_reset": "/password/forgotten/", "password_reset_done": "/password/sent/"}
# role -> page -> address
PAGES: dict[str, dict[str, str]] = {
    "finance": {
        "q2c": "/q2c/", "exceptions": "/q2c/exceptions/", "exception": "/q2c/exceptions/{exception}/",
        "accepted": "/q2c/accepted/", "chain": "/q2c/chains/{chain}/", "products": "/products/",
        "product": "/products/{product}/", "receivables": "/receivables/",
        "statement": "/customers/{account}/statement/",
        "lineage": "/customers/{account}/values/name/", "metrics": "/metrics/",
        "metric": "/metrics/open_receivable/?customer={account}", "dictionary": "/dictionary/",
        "approvals": "/approvals/", "approval": "/approvals/{change}/",
    },
    "steward": {"rules": "/rules/", "rule_draft": "/rules/drafts/{draft}/",
                "rule_version": "/rules/versions/{version}/"},
    "operator": {"sync_errors": "/sync/errors/", "trace": "/sync/trace/?id=SO-1", "adoption": "/adoption/"},
}  # fmt: skip


def test_no_page_is_forgotten() -> None:
    named = {pattern.name for pattern in urlpatterns}
    visited = {name for names in ELSEWHERE.values() for name in names} | set(OPEN)
    visited |= {name for pages in PAGES.values() for name in pages}

    assert visited & NO_PAGES == set()
    assert named == visited | NO_PAGES


@pytest.fixture
def numbers(chained: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:  # noqa: F811
    """What the addresses name: a customer with a chain and its exception, a product, a change, rules and a draft."""
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path))
    make_small_company(tmp_path)
    ProductFactory()
    renew_products(at=NOW, today=TODAY)
    change = ChangeRequest.objects.create(
        account=chained, requested_by=UserFactory(role="sales"), requested_at=NOW, reason="They wrote",
        changes=[{"field": 26, "before": "30 days", "after": "60 days"}],
    )  # fmt: skip
    version = PolicyVersion.objects.latest("number")
    return {
        "account": chained.pk, "chain": Chain.objects.latest("pk").pk, "change": change.pk, "version": version.number,
        "exception": ProcessException.objects.latest("pk").pk, "product": Product.objects.latest("pk").pk, "draft": 0,
    }  # fmt: skip


def complaints(page: Page) -> list[str]:
    """What the browser says against the page while it is open."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(f"{page.url}: {message.text[:160]}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    return said


def visit(page: Page, address: str) -> list[str]:
    """What is wrong with one page."""
    page.set_viewport_size({"width": 1440, "height": 900})
    answer = page.goto(address)
    wrong = [] if answer is not None and answer.status == 200 else [f"{address}: {answer and answer.status}"]
    return wrong + faults(page) + spills(page)


@pytest.mark.parametrize(("role", "theme"), [("finance", "dark"), ("steward", "light"), ("operator", "dark")])
def test_pages_are_sound(
    enter: Enter, live_server: LiveServer, outside: list[str], numbers: dict[str, int], role: str, theme: str
) -> None:
    page = enter(role)
    author = User.objects.get(role=role)
    draft = draft_of_version(number=numbers["version"], user=author, now=NOW) if may_edit(author) else None
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    said, wrong = complaints(page), []
    for address in PAGES[role].values():
        wrong += visit(page, live_server.url + address.format(**numbers | {"draft": draft and draft.pk}))

    assert (wrong, said, outside) == ([], [], [])


def test_pages_before_the_login_are_sound(page: Page, live_server: LiveServer, outside: list[str]) -> None:
    wrong = [fault for address in OPEN.values() for fault in visit(page, live_server.url + address)]

    assert (wrong, outside) == ([], [])


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing/", 404), ("/queue/quality/", 403), ("/customers/?moon=1", 400)]
)
def test_pages_for_what_went_wrong_are_sound(enter: Enter, live_server: LiveServer, path: str, status: int) -> None:
    page = enter("finance")
    page.set_viewport_size({"width": 1440, "height": 900})
    answer = page.goto(live_server.url + path)

    assert (answer and answer.status, faults(page) + spills(page)) == (status, [])

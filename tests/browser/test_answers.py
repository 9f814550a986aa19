"""Answers on the desk that hang, fail or arrive late: no card waits for the server, and none is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from syncengine.models import Decision, StewardTask
from tests.dashboards.test_desk import pair  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("intercepted")]
Enter = Callable[..., Page]
Make = Callable[..., StewardTask]


def test_the_next_card_waits_for_no_server(enter: Enter, pair: Make) -> None:  # noqa: F811
    tasks = [pair(name, priority=rank) for rank, name in enumerate(("Second", "First"))]
    page = enter("steward", f"/queue/{tasks[1].pk}/")
    page.wait_for_load_state("networkidle")  # the next card is at hand
    held: list[Route] = []
    page.route("**/decide/", lambda route: held.append(route))

    page.keyboard.press("m")
    expect(page.locator("h1")).to_contain_text("Second")  # while the first answer still hangs
    unanswered = Decision.objects.count()
    with page.expect_response("**/decide/"):
        held[0].continue_()

    expect(page.locator("#toasts")).to_contain_text("Undo")
    assert (unanswered, Decision.objects.count()) == (0, 1)


def test_cards_answered_and_not_yet_arrived_come_only_once(enter: Enter, pair: Make) -> None:  # noqa: F811
    tasks = [pair(name, priority=rank) for rank, name in enumerate(("Third", "Second", "First"))]
    page = enter("steward", f"/queue/{tasks[2].pk}/")
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route("**/decide/", lambda route: held.append(route))
    with page.expect_response("**/next/?without=*"):
        page.keyboard.press("n")
    expect(page.locator("h1")).to_contain_text("Second")
    page.wait_for_timeout(200)  # what came ahead is read
    with page.expect_response("**/next/?*"), page.expect_response("**/evidence/"):
        page.keyboard.press("n")
    expect(page.locator("h1")).to_contain_text("Third")

    for route in held:
        with page.expect_response("**/decide/"):
            route.continue_()
    expect(page.locator("h1")).to_contain_text("Third")
    assert Decision.objects.count() == 2


def test_an_answer_that_fails_leaves_its_card_open(enter: Enter, pair: Make) -> None:  # noqa: F811
    tasks = [pair(name, priority=rank) for rank, name in enumerate(("Second", "First"))]
    page = enter("steward", f"/queue/{tasks[1].pk}/")
    page.wait_for_load_state("networkidle")  # the next card is at hand
    for fail, words in (
        (lambda route: route.fulfill(status=500, body="broken"), "Something broke on our side"),
        (lambda route: route.abort(), "No connection"),
    ):
        page.route("**/decide/", fail)
        with page.expect_response("**/next/"):  # the card comes back, and the one after it is fetched again
            page.keyboard.press("m")
        page.wait_for_timeout(200)  # what came ahead is read
        expect(page.locator("#toasts")).to_contain_text(words)
        expect(page.locator("h1")).to_contain_text("First")

    page.unroute("**/decide/")
    ahead = page.expect_response("**/next/?without=*")
    with page.expect_response("**/decide/"), ahead, page.expect_response("**/evidence/"):
        page.keyboard.press("m")
    expect(page.locator("h1")).to_contain_text("Second")
    assert Decision.objects.count() == 1

"""A steward's day in a real browser: every key of the cards, bulk acceptance, merges taken back, both themes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import AccountCrosswalk, AccountSummary, ChangeRequest, User
from syncengine.models import DeadLetter, Decision, DecisionBatch, Hold, Move, StewardTask, Stop, Stream
from syncengine.steward.approvals import renew_requests
from tests.browser.test_looks import faults, spills
from tests.dashboards.test_desk import pair  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Page]
Make = Callable[..., StewardTask]
FIELD = "tr[data-field=name]"


def approval(task: StewardTask) -> StewardTask:
    """Another steward's decision that waits for a second person."""
    author = User.objects.create_user("first@example.com", "a-long-password", role="steward")
    decision = Decision.objects.create(
        kind="same", records_l=task.records[:1], records_r=task.records[1:], pending=True, made_by=author,
        made_at=timezone.now(),
    )  # fmt: skip
    return StewardTask.objects.create(
        kind="approval", subject=f"decision {decision.pk}", decision=decision, account=task.account,
        other_account=task.other_account, records=task.records, opened_at=timezone.now(), reason="Second person: money",
    )  # fmt: skip


def merged(task: StewardTask) -> Move:
    """A merge of the two customers of a task, in the history."""
    AccountCrosswalk.objects.filter(account=task.other_account).update(account=task.account)
    here = list(AccountCrosswalk.objects.filter(account=task.account).order_by("pk").values_list("pk", flat=True))
    return Move.objects.create(
        at=timezone.now(), kind="merge", from_account=task.other_account, to_account=task.account, records=here[2:],
        rest=here[:2],
    )  # fmt: skip


def test_fields_are_walked_taken_typed_and_reset_by_keys(enter: Enter, pair: Make) -> None:  # noqa: F811
    page = enter("steward", f"/queue/{pair().pk}/")
    result = page.locator(f"{FIELD} [data-result]")
    shipped = result.text_content()

    page.keyboard.press("ArrowDown")
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.press("1")
    first = result.text_content()
    page.keyboard.press("2")
    second = result.text_content()
    page.keyboard.press("t")
    page.keyboard.type("Koehler Group")
    page.keyboard.press("Enter")
    typed = result.text_content()
    page.keyboard.press("0")
    reset = result.text_content()
    page.keyboard.press("Shift+1")

    assert (first, second, typed, reset) == ("Koehler Pumps", "Koehler Pumps GmbH", "Koehler Group", shipped)
    assert result.text_content() == "Koehler Pumps"


def test_a_card_opens_its_parts_by_keys(enter: Enter, pair: Make, outside: list[str]) -> None:  # noqa: F811
    task = pair()
    page = enter("steward", f"/queue/{task.pk}/")

    page.keyboard.press("d")
    expect(page.locator("tr[data-field=city]")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("tr[data-field=city]")).to_be_hidden()
    page.keyboard.press("w")
    page.wait_for_url("**#evidence")
    page.keyboard.press("u")
    expect(page.get_by_label("What you lean to")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_placeholder("Reason, if it helps others")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("i")
    expect(page.locator(".card-head")).to_contain_text("steward@example.com")
    page.keyboard.press("c")
    page.get_by_label("Comment", exact=True).fill("Called them")
    page.keyboard.press("Enter")
    expect(page.locator(".comments")).to_contain_text("Called them")
    page.locator("h1").click()
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()

    task.refresh_from_db()
    assert (task.snoozed_until is not None, outside) == (True, [])


def test_a_relation_is_told_by_keys(enter: Enter, pair: Make) -> None:  # noqa: F811
    task = pair()
    page = enter("steward", f"/queue/{task.pk}/")

    page.keyboard.press("r")
    page.get_by_label("Its parent company").check()
    page.get_by_role("button", name="They are related").press("Enter")
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()

    assert list(Decision.objects.values_list("kind", "relation")) == [("related", "parent")]


def test_keys_are_the_ones_a_person_chose(enter: Enter, pair: Make) -> None:  # noqa: F811
    task = pair()
    page = enter("steward", "/queue/")
    User.objects.update(key_map={"m": "j"})
    page.goto(page.url + f"{task.pk}/")

    page.keyboard.press("m")
    expect(page.locator("h1")).to_contain_text("Koehler")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()


def test_a_conflict_is_typed_or_left_to_the_source_by_keys(enter: Enter, conflict: StewardTask) -> None:
    page = enter("steward", f"/queue/{conflict.pk}/")

    page.keyboard.press("b")
    expect(page.get_by_label("Use that source for all open conflicts")).to_be_checked()
    page.keyboard.press("b")
    page.keyboard.press("t")
    expect(page.get_by_label("None of them")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("f")
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()

    conflict.refresh_from_db()
    assert conflict.waiting_since is not None


def test_a_second_person_asks_rejects_and_approves_by_keys(enter: Enter, pair: Make) -> None:  # noqa: F811
    task = approval(pair(state="done", outcome="waits for a second person"))
    page = enter("steward", f"/queue/{task.pk}/")

    page.keyboard.press("q")
    page.keyboard.type("Why these?")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Asked")
    page.goto(page.url.split("/queue/")[0] + f"/queue/{task.pk}/")
    expect(page.locator("main")).to_contain_text("Why these?")
    page.keyboard.press("y")
    expect(page.locator("#toasts")).to_contain_text("Approved")

    assert list(Decision.objects.values_list("pending", flat=True)) == [False]


def test_changes_are_approved_taken_back_and_rejected_by_keys(enter: Enter, customer: Make) -> None:
    wanted = [{"field": 15, "before": "A", "after": "B"}]
    for name in ("Koehler Pumps", "Brandt"):
        ChangeRequest.objects.create(
            account=customer(name), changes=wanted, approvers=["steward"], requested_at=timezone.now(), reason="Told",
        )  # fmt: skip
    renew_requests(now=timezone.now())
    first = StewardTask.objects.get(account__name="Koehler Pumps")
    page = enter("steward", f"/queue/{first.pk}/?view=approvals")

    page.keyboard.press("y")
    expect(page.locator("h1")).to_contain_text("Brandt")
    expect(page.locator("#toasts")).to_contain_text("Approved")
    page.keyboard.press("z")
    expect(page.locator("h1")).to_contain_text("Koehler Pumps")
    expect(page.locator("#work [data-focus]")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("open again")
    page.keyboard.press("n")
    page.keyboard.type("Not so")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Rejected")

    states = ChangeRequest.objects.order_by("pk").values_list("state", "answer")
    assert list(states) == [("rejected", "Not so"), ("waiting", "")]


def test_a_held_record_is_waived_by_its_key(enter: Enter, stream: Stream) -> None:
    letter = DeadLetter.objects.create(
        stream=stream, key="K1", stage="validate", rule="range:credit", severity="hold", reason="A limit is below 0",
        payload=json.dumps({"Id": "K1"}), fingerprint="x", created_at=timezone.now(), seen_at=timezone.now(),
    )  # fmt: skip
    task = StewardTask.objects.create(
        kind="validation", subject="1:range", dead_letter=letter, reason=letter.reason, opened_at=timezone.now()
    )
    page = enter("steward", f"/queue/{task.pk}/")

    page.keyboard.press("v")
    expect(page.get_by_role("alert")).to_be_visible()  # never without a reason

    task.refresh_from_db()
    assert task.state == "open"


def test_a_stopped_round_is_let_through_by_its_key(enter: Enter, pair: Make) -> None:  # noqa: F811
    asked = pair()
    stop = Stop.objects.create(at=timezone.now(), sentence="9 of 20 records would change.", merges=1, records=9)
    Hold.objects.create(
        account=asked.account, other_account=asked.other_account, records_l=asked.records[:1],
        records_r=asked.records[1:], reasons=["too many"], stop=stop, opened_at=timezone.now(),
    )  # fmt: skip
    StewardTask.objects.all().delete()
    task = StewardTask.objects.create(
        kind="guard", subject=f"stop {stop.pk}", evidence={"stop": stop.pk}, reason=stop.sentence,
        opened_at=timezone.now(),
    )  # fmt: skip
    page = enter("steward", f"/queue/{task.pk}/")
    expect(page.get_by_role("link", name="Koehler Pumps GmbH")).to_be_visible()
    problems = faults(page) + spills(page)

    page.keyboard.press("y")
    expect(page.locator("#toasts")).to_contain_text("1 merges: made with the next publish")

    stop.refresh_from_db()
    assert (stop.state, problems) == ("allowed", [])


def test_a_slice_is_sampled_blind_by_keys_accepted_and_taken_back(enter: Enter, pair: Make) -> None:  # noqa: F811
    for name in ("One", "Two"):
        pair(name)
    AccountSummary.objects.update(revenue_ttm=10)
    page = enter("steward", "/queue/bulk/")
    page.get_by_role("button", name="Start with the sample").click()
    for _ in range(2):
        expect(page.locator(".progress")).to_be_visible()
        assert "97 %" not in page.content()
        with page.expect_navigation():
            page.keyboard.press("m")
    page.get_by_role("button", name="Accept all 2").click()
    expect(page.locator("main")).to_contain_text("Accepted by")
    accepted = Decision.objects.filter(closed_at=None).count()
    page.get_by_role("button", name="Take the whole batch back").click()
    expect(page.locator("main")).to_contain_text("The questions are open again")

    assert (accepted, Decision.objects.filter(closed_at=None).count(), DecisionBatch.objects.get().state) == (
        2, 0, "reverted",
    )  # fmt: skip


def test_a_merge_is_found_and_taken_back_by_keys(enter: Enter, pair: Make) -> None:  # noqa: F811
    move = merged(pair(state="done"))
    page = enter("steward", "/merges/")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="If it is taken back")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("main")).to_contain_text("Taken back")

    move.refresh_from_db()
    assert move.reverted_by is not None


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.soak)])
def test_pages_of_the_desk_are_sound(
    enter: Enter,
    live_server: LiveServer,
    pair: Make,  # noqa: F811
    theme: str,
) -> None:
    task, move = pair(), merged(pair("Brandt", state="done"))
    second = approval(pair("Kessler", state="done"))
    ChangeRequest.objects.create(
        account=move.to_account, changes=[{"field": 15, "before": "A", "after": "B"}], approvers=["steward"],
        requested_at=timezone.now(),
    )  # fmt: skip
    renew_requests(now=timezone.now())
    change = StewardTask.objects.get(kind="change")
    AccountSummary.objects.update(revenue_ttm=10)
    page = enter("steward")
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    paths = [
        "/queue/?view=sure", f"/queue/{task.pk}/", f"/queue/{task.pk}/evidence/", f"/queue/{second.pk}/",
        f"/queue/{change.pk}/", "/queue/bulk/", "/queue/quality/", "/merges/", f"/merges/{move.pk}/",
        f"/merges/customers/{move.to_account_id}/",
    ]  # fmt: skip
    problems = []
    for path in paths:
        page.set_viewport_size({"width": 1440, "height": 900})
        answer = page.goto(live_server.url + path)
        problems += [f"{path}: {answer.status}"] if answer is None or answer.status != 200 else []
        problems += faults(page) + spills(page)

    assert problems == []

"""The desk beyond one answer: views, whose task it is, second opinions, relations, batches, quality, merges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, AccountCrosswalk, AccountSummary, Source, User
from syncengine.models import (
    CanonicalAccount,
    DeadLetter,
    Decision,
    DecisionBatch,
    Move,
    Opinion,
    Pin,
    StewardTask,
    Stream,
)
from tests.dashboards.conftest import NOW
from tests.dashboards.test_queue import PHONE

Login = Callable[[str], Client]
Make = Callable[..., Account]
COLLEAGUE = "second@example.com"


@pytest.fixture
def stream(sources: dict[str, Source]) -> Stream:
    return Stream.objects.create(source=sources["crm"], name="accounts", object="account")


@pytest.fixture
def colleague(login: Login) -> Client:
    """Another steward."""
    client = Client()
    client.force_login(User.objects.create_user(COLLEAGUE, "a-long-password", role="steward"))
    return client


@pytest.fixture
def pair(customer: Make, stream: Stream) -> Callable[..., StewardTask]:
    """Makes two customers that may be one, and the task that asks."""

    def make_pair(name: str = "Koehler Pumps", **values: Any) -> StewardTask:
        accounts = [customer(name), customer(f"{name} GmbH")]
        AccountSummary.objects.update(open_receivable=Decimal(0))
        walks = [AccountCrosswalk.objects.filter(account=account).order_by("pk")[0] for account in accounts]
        for walk, account in zip(walks, accounts, strict=True):
            CanonicalAccount.objects.create(
                crosswalk=walk, source_id=walk.source_id, stream_id=stream.pk, key=walk.key, observed_at=NOW,
                name=account.name, city="Köln",
            )  # fmt: skip
        given = {
            "kind": "duplicate", "subject": f"{walks[0].pk}-{walks[1].pk}", "account": accounts[0],
            "other_account": accounts[1], "records": [walk.pk for walk in walks], "confidence": 0.97,
            "rule": "web:same_domain", "value_at_stake": Decimal(5000), "opened_at": NOW,
            "due_at": NOW + timedelta(days=2),
        }  # fmt: skip
        return StewardTask.objects.create(**(given | values))

    return make_pair


Pair = Callable[..., StewardTask]


def shown(client: Client, query: str = "") -> list[int]:
    return [row.task.pk for row in client.get(f"/queue/{query}").context["rows"]]


def test_views_hold_what_they_say(login: Login, pair: Pair) -> None:
    client = login("steward")
    steward = User.objects.get(role="steward")
    mine = pair("Mine", assignee=steward)
    late = pair("Late", due_at=NOW - timedelta(hours=1), confidence=0.7)
    money = pair("Money", both_open=True, due_at=NOW + timedelta(days=5))
    asleep = pair("Asleep", snoozed_until=NOW + timedelta(days=1))

    found = {view: set(shown(client, f"?view={view}")) for view in ("mine", "breaching", "money", "sure", "later")}

    assert found == {
        "mine": {mine.pk}, "breaching": {late.pk}, "money": {money.pk}, "sure": {mine.pk, money.pk},
        "later": {asleep.pk},
    }  # fmt: skip
    assert set(shown(client, "?least=0.6&most=0.8")) == {late.pk}


def test_list_takes_the_same_queries_for_one_task_and_three(
    login: Login, pair: Pair, django_assert_max_num_queries: Any
) -> None:
    client = login("steward")
    pair("One")
    client.get("/queue/")
    with django_assert_max_num_queries(60) as one:
        client.get("/queue/")
    pair("Two"), pair("Three")
    with django_assert_max_num_queries(60) as three:
        client.get("/queue/")
    assert len(three) == len(one)


def test_amounts_are_bands_for_roles_that_see_no_receivables(login: Login, pair: Pair) -> None:
    pair(value_at_stake=Decimal(150_000))
    page = login("steward").get("/queue/").content.decode()
    assert "Amounts are hidden for your role" in page and "150k" not in page


def test_ticked_tasks_are_assigned_and_put_aside(login: Login, pair: Pair) -> None:
    client, task = login("steward"), pair()
    client.post("/queue/care/", {"task": [task.pk], "act": "mine"})
    task.refresh_from_db()
    assert task.assignee == User.objects.get(role="steward")
    client.post(f"/queue/{task.pk}/care/", {"act": "snooze", "days": "2"})
    assert shown(client) == []


def test_a_comment_stays_with_the_task(login: Login, pair: Pair) -> None:
    client, task = login("steward"), pair()
    client.post(f"/queue/{task.pk}/care/", {"act": "comment", "text": "Ask Carl"})
    card = client.get(f"/queue/{task.pk}/")
    assert [comment.text for comment in card.context["comments"]] == ["Ask Carl"]


def test_result_shows_the_winner_and_what_would_move(login: Login, pair: Pair) -> None:
    card = login("steward").get(f"/queue/{pair().pk}/")
    (name,) = card.context["differing"]
    assert (name.result in ("Koehler Pumps", "Koehler Pumps GmbH"), bool(name.rule)) == (True, True)
    assert sum(value.wins for value in name.values) == 1


def test_a_value_taken_on_the_card_is_pinned_and_goes_with_the_decision(login: Login, pair: Pair) -> None:
    client, task = login("steward"), pair()
    client.post(f"/queue/{task.pk}/decide/", {"kind": "same", "take_name": str(task.records[1])})
    decision = Decision.objects.get()
    assert len(decision.evidence["pins"]) == 1
    client.post(f"/queue/{task.pk}/undo/")
    assert Pin.objects.get().released_at is not None


def test_related_asks_how(login: Login, pair: Pair) -> None:
    client, task = login("steward"), pair()
    assert client.post(f"/queue/{task.pk}/decide/", {"kind": "related"}).status_code == 422
    client.post(f"/queue/{task.pk}/decide/", {"kind": "related", "relation": "parent", "turned": "1"})
    decision = Decision.objects.get()
    assert (decision.kind, decision.relation, decision.records_l[0]) == ("related", "parent", task.records[1])


def test_unsure_brings_a_blind_second_opinion_and_a_third_on_disagreement(
    login: Login, colleague: Client, pair: Pair
) -> None:
    client, task = login("steward"), pair()
    client.post(f"/queue/{task.pk}/decide/", {"kind": "unsure", "leaning": "same", "reason": "same mailbox"})
    assert shown(client) == [], "whoever was unsure is not asked again"
    card = colleague.get(f"/queue/{task.pk}/").content.decode()
    assert "same mailbox" not in card
    colleague.post(f"/queue/{task.pk}/decide/", {"kind": "different", "reason": "two firms"})
    assert (Decision.objects.count(), Opinion.objects.count()) == (0, 2)
    third = Client()
    third.force_login(User.objects.create_user("third@example.com", "a-long-password", role="steward"))
    both = third.get(f"/queue/{task.pk}/").content.decode()
    assert "same mailbox" in both and "two firms" in both
    third.post(f"/queue/{task.pk}/decide/", {"kind": "different"})
    assert Decision.objects.get().kind == "different"


def test_the_author_cannot_approve(login: Login, colleague: Client, pair: Pair) -> None:
    client, task = login("steward"), pair()
    AccountSummary.objects.update(open_receivable=Decimal(5))
    client.post(f"/queue/{task.pk}/decide/", {"kind": "same"})
    waiting = StewardTask.objects.get(kind="approval")
    assert shown(client, "?view=approvals") == []
    assert client.post(f"/queue/{waiting.pk}/settle/", {"act": "approve"}).status_code == 422
    colleague.post(f"/queue/{waiting.pk}/settle/", {"act": "approve"})
    decision = Decision.objects.get()
    assert (decision.pending, decision.approved_by) == (False, User.objects.get(email=COLLEAGUE))


def test_a_conflict_answered_for_all_like_it(login: Login, customer: Make, stream: Stream) -> None:
    tasks = []
    for n in range(3):
        account = customer(f"Firm {n}")
        for walk in AccountCrosswalk.objects.filter(account=account):
            CanonicalAccount.objects.create(
                crosswalk=walk, source_id=walk.source_id, stream_id=stream.pk, key=walk.key, observed_at=NOW,
                phone=f"+49 221 {walk.pk}",
            )  # fmt: skip
        tasks.append(StewardTask.objects.create(
            kind="conflict", subject=f"{account.pk}:{PHONE}", account=account, field=PHONE, opened_at=NOW))  # fmt: skip
    record = AccountCrosswalk.objects.filter(account=tasks[0].account, source__name="erp").get()
    client = login("steward")
    client.post(f"/queue/{tasks[0].pk}/resolve/", {"record": str(record.pk), "similar": "1"})
    states = list(StewardTask.objects.order_by("pk").values_list("state", "outcome"))
    erp = AccountCrosswalk.objects.filter(source__name="erp").order_by("pk")
    assert states == [("done", f"pinned +49 221 {walk.pk}") for walk in erp]


def test_a_held_record_is_waived_only_with_a_reason(login: Login, stream: Stream) -> None:
    letter = DeadLetter.objects.create(
        stream=stream, key="X", stage="validate", rule="required", reason="name is missing", payload='{"Name": ""}',
        fingerprint="f", created_at=NOW, seen_at=NOW,
    )  # fmt: skip
    task = StewardTask.objects.create(kind="validation", subject="v", dead_letter=letter, opened_at=NOW, reason="name")
    client = login("steward")
    assert client.post(f"/queue/{task.pk}/settle/", {"act": "waive"}).status_code == 422
    client.post(f"/queue/{task.pk}/settle/", {"act": "reject", "reason": "test data"})
    letter.refresh_from_db()
    assert (letter.state, letter.note) == ("dismissed", "test data")


def test_a_batch_is_sampled_blind_accepted_and_reverted(login: Login, pair: Pair) -> None:
    client = login("steward")
    tasks = [pair(f"Firm {n}") for n in range(3)]
    AccountSummary.objects.update(open_receivable=Decimal(0), revenue_ttm=Decimal(10))
    client.post("/queue/bulk/", {"least": "0.95", "most": "1"})
    batch = DecisionBatch.objects.get()
    page = client.get(f"/queue/bulk/{batch.pk}/").content.decode()
    assert "97 %" not in page, "the sample is judged without a score"
    for task in batch.sample:
        client.post(f"/queue/bulk/{batch.pk}/judge/", {"task": task, "answer": "same"})
    client.post(f"/queue/bulk/{batch.pk}/accept/")
    assert Decision.objects.filter(batch=batch, kind="same", closed_at=None).count() == len(tasks)
    client.post(f"/queue/bulk/{batch.pk}/revert/")
    batch.refresh_from_db()
    assert (batch.state, StewardTask.objects.filter(state="open").count()) == ("reverted", 3)


def test_one_error_in_the_sample_refuses_the_batch(login: Login, pair: Pair) -> None:
    client = login("steward")
    pair(), pair("Other")
    client.post("/queue/bulk/", {"least": "0.95", "most": "1"})
    batch = DecisionBatch.objects.get()
    client.post(f"/queue/bulk/{batch.pk}/judge/", {"task": batch.sample[0], "answer": "different"})
    page = client.get(f"/queue/bulk/{batch.pk}/").content.decode()
    assert "Try a tighter one" in page


def test_quality_tells_precision_with_its_bound(login: Login, pair: Pair) -> None:
    for n in range(4):
        pair(f"Firm {n}", state="done", outcome="same" if n else "different", closed_at=NOW)
    page = login("steward").get("/queue/quality/")
    ((_, line),) = page.context["by_rule"]
    assert (line.right, line.total, round(line.least, 3)) == (3, 4, 0.249)


def test_merges_are_listed_shown_and_taken_back(login: Login, pair: Pair) -> None:
    client, task = login("steward"), pair()
    AccountCrosswalk.objects.filter(account=task.other_account).update(account=task.account)
    here = list(AccountCrosswalk.objects.filter(account=task.account).order_by("pk").values_list("pk", flat=True))
    move = Move.objects.create(
        at=NOW, kind="merge", from_account=task.other_account, to_account=task.account, records=here[2:], rest=here[:2]
    )
    assert [row.move.pk for row in client.get("/merges/").context["rows"]] == [move.pk]
    assert client.get(f"/merges/{move.pk}/").context["preview"].possible
    client.post(f"/merges/{move.pk}/revert/")
    move.refresh_from_db()
    assert (move.reverted_by.kind, move.reverted_by.records_l) == ("different", here[2:])
    assert client.get(f"/merges/{move.pk}/").context["preview"].possible is False


def test_a_customer_is_taken_apart_by_hand(login: Login, pair: Pair) -> None:
    client, task = login("steward"), pair()
    AccountCrosswalk.objects.filter(pk=task.records[1]).update(account=task.account)
    url = f"/merges/customers/{task.account_id}/"
    assert client.get(url).status_code == 200
    client.post(url, {"record": [task.records[1]], "reason": "two firms"})
    assert Decision.objects.get().records_l == [task.records[1]]


@pytest.mark.parametrize("role", ["marketing", "executive"])
def test_merges_are_hidden_from_roles_without_provenance(login: Login, role: str) -> None:
    assert login(role).get("/merges/").status_code == 403

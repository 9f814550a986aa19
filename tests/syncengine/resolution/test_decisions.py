"""Decisions on the desk: contradictions, two people, holds, unmerge and what history keeps of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Account, AccountCrosswalk, AccountSummary, Contact, Order, Relation, User
from syncengine.models import Anchor, Decision, Hold, Move, StewardTask
from syncengine.steward.contradictions import ContradictsDecision
from syncengine.steward.decisions import OwnDecision, approve, decide_duplicate, reject, undo
from syncengine.steward.unmerge import revert, unmerge
from tests.syncengine.small_company import SmallCompany

CRM = "C1,2026-03-01T08:00:00Z,,Acme Pumpen,+49 221 111,www.acme-pumpen.de,Köln,50667,Domstr. 1,DE,"
ERP = "10001;2026-03-01T08:00:00Z;Acme Pumpen GmbH;acme-pumpen.de;Köln;50667;Domstr. 1;DE;;5000,00"
FAR_CRM = "C1,2026-03-01T08:00:00Z,,Acme Pumpen,+49 221 111,www.acme.example,Hamburg,20095,Am Kai 4,DE,"


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@example.org", "a-long-password", role="steward")


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben@example.org", "a-long-password", role="steward")


def later(row: str, hour: int = 9) -> str:
    return row.replace("T08:", f"T{hour:02}:")


def record(key: str) -> int:
    return AccountCrosswalk.objects.get(key=key).pk


def owner(key: str) -> int | None:
    return AccountCrosswalk.objects.get(key=key).account_id


def two_customers(company: SmallCompany) -> StewardTask:
    """A CRM and an ERP record that only a person can judge, and the task that asks."""
    company.write("crm/accounts", FAR_CRM)
    company.write("erp/customers", ERP)
    company.sync()
    left, right = record("C1"), record("10001")
    return StewardTask.objects.create(
        kind="duplicate", subject=f"{left}-{right}", account_id=owner("C1"), other_account_id=owner("10001"),
        records=[left, right], confidence=0.8, opened_at=company.now,
    )  # fmt: skip


def test_same_joins_undo_restores_and_history_knows(company: SmallCompany, ann: User) -> None:
    task = two_customers(company)
    before = list(Account.objects.order_by("pk").values_list("pk", "name", "city", "merged_into"))
    decision = decide_duplicate(task=task, kind="same", user=ann, now=company.clock())
    company.publish()
    assert owner("C1") == owner("10001")
    move = Move.objects.get()
    assert (move.kind, move.decision, move.records) == ("merge", decision, [record("10001")])
    undo(task=StewardTask.objects.get(pk=task.pk), user=ann, now=company.clock())
    company.publish()
    assert list(Account.objects.order_by("pk").values_list("pk", "name", "city", "merged_into")) == before
    assert [(m.kind, m.records) for m in Move.objects.order_by("pk")][1] == ("split", [record("10001")])


def test_a_chain_that_contradicts_is_refused_when_written(company: SmallCompany, ann: User) -> None:
    task = two_customers(company)
    decide_duplicate(task=task, kind="different", user=ann, now=company.clock())
    again = StewardTask.objects.create(
        kind="duplicate", subject="x", records=task.records, account_id=task.account_id, opened_at=company.now
    )
    with pytest.raises(ContradictsDecision, match=r"ann.* decided on .* different. Undo that first"):
        decide_duplicate(task=again, kind="same", user=ann, now=company.clock())
    assert Decision.objects.count() == 1


def test_two_people_decide_where_both_owe(company: SmallCompany, ann: User, ben: User) -> None:
    task = two_customers(company)
    AccountSummary.objects.update(open_receivable=Decimal(10))
    decision = decide_duplicate(task=task, kind="same", user=ann, now=company.clock())
    company.publish()
    assert decision.pending and owner("C1") != owner("10001")
    waiting = StewardTask.objects.get(kind="approval")
    assert waiting.reason == "Second person: open invoices on both sides"
    with pytest.raises(OwnDecision):
        approve(task=waiting, user=ann, now=company.clock())
    approve(task=waiting, user=ben, now=company.clock())
    company.publish()
    assert owner("C1") == owner("10001")


def test_a_rejected_decision_opens_the_question_again(company: SmallCompany, ann: User, ben: User) -> None:
    task = two_customers(company)
    AccountSummary.objects.update(open_receivable=Decimal(10))
    decide_duplicate(task=task, kind="same", user=ann, now=company.clock())
    waiting = StewardTask.objects.get(kind="approval")
    with pytest.raises(ValidationError):
        reject(task=waiting, user=ben, now=company.clock(), reason=" ")
    reject(task=waiting, user=ben, now=company.clock(), reason="Two legal entities")
    assert StewardTask.objects.get(pk=task.pk).state == "open"


@pytest.mark.parametrize("answer", ["approved", "rejected"])
def test_the_second_word_is_taken_back(company: SmallCompany, ann: User, ben: User, answer: str) -> None:
    task = two_customers(company)
    AccountSummary.objects.update(open_receivable=100)
    decision = decide_duplicate(task=task, kind="same", user=ann, now=company.clock())
    second = StewardTask.objects.get(kind="approval")
    judge = {"approved": approve, "rejected": reject}[answer]
    judge(task=second, user=ben, now=company.clock(), reason="looked at both")
    company.publish()
    assert (owner("C1") == owner("10001")) is (answer == "approved")

    undo(task=second, user=ben, now=company.clock())
    company.publish()
    assert owner("C1") != owner("10001")
    both = StewardTask.objects.filter(pk__in=[task.pk, second.pk]).order_by("pk")
    assert list(both.values_list("state", "decision")) == [("done", decision.pk), ("open", decision.pk)]
    approve(task=second, user=ben, now=company.clock())
    company.publish()
    assert owner("C1") == owner("10001")


def test_money_on_both_sides_is_held_until_two_people_agree(company: SmallCompany, ann: User, ben: User) -> None:
    company.write("crm/accounts", FAR_CRM)
    company.write("erp/customers", ERP)
    company.sync()
    assert owner("C1") != owner("10001")
    AccountSummary.objects.update(open_receivable=Decimal(10))
    company.write("crm/accounts", later(CRM))
    company.read("crm.accounts")
    company.publish()
    hold = Hold.objects.get()
    assert (hold.reasons, owner("C1") == owner("10001")) == (["open invoices on both sides"], False)
    card = StewardTask.objects.get(kind="guard")
    decide_duplicate(task=card, kind="same", user=ann, now=company.clock())
    approve(task=StewardTask.objects.get(kind="approval"), user=ben, now=company.clock())
    company.publish()
    hold.refresh_from_db()
    assert (hold.state, owner("C1") == owner("10001")) == ("merged", True)


def test_a_guard_goes_when_nothing_would_merge_any_more(company: SmallCompany) -> None:
    company.write("crm/accounts", FAR_CRM)
    company.write("erp/customers", ERP)
    company.sync()
    AccountSummary.objects.update(open_receivable=Decimal(10))
    company.write("crm/accounts", later(CRM))
    company.sync()
    company.write("crm/accounts", later(FAR_CRM.replace("Acme Pumpen", "Borealis"), 10))
    company.sync()
    assert [hold.state for hold in Hold.objects.all()] == ["obsolete"]
    assert [task.state for task in StewardTask.objects.filter(kind="guard")] == ["obsolete"]


def test_unmerge_leaves_the_id_with_the_documents(company: SmallCompany, ann: User) -> None:
    company.write("crm/accounts", CRM)
    company.write("erp/customers", ERP)
    company.write("erp/orders", "A1;2026-03-01T08:00:00Z;;10001;2026-02-01;100,50;USD")
    company.sync()
    account = Account.objects.get()
    assert Anchor.objects.get().record_id == record("C1")
    decision = unmerge(account=account, records=[record("10001")], user=ann, now=company.clock())
    company.publish()
    assert (owner("10001"), Order.objects.get().account_id) == (account.pk, account.pk)
    assert owner("C1") != account.pk
    revert(move=Move.objects.get(kind="split"), user=ann, now=company.clock())
    company.publish()
    decision.refresh_from_db()
    assert (owner("C1"), owner("10001")) == (account.pk, account.pk)
    assert Anchor.objects.filter(account=account, closed_at=None).get().record_id == record("C1")


def test_a_merge_is_reverted_from_history_for_good(company: SmallCompany, ann: User) -> None:
    company.write("crm/accounts", FAR_CRM)
    company.write("erp/customers", ERP)
    company.sync()
    apart = (owner("C1"), owner("10001"))
    company.write("crm/accounts", later(CRM))
    company.sync()
    assert owner("C1") == owner("10001")
    revert(move=Move.objects.get(kind="merge"), user=ann, now=company.clock())
    company.publish()
    assert (owner("C1"), owner("10001")) == apart
    company.write("crm/accounts", later(CRM, 10))
    company.sync()
    assert (owner("C1"), owner("10001")) == apart
    with pytest.raises(ValidationError, match="taken back before"):
        revert(move=Move.objects.get(kind="merge"), user=ann, now=company.clock())


def test_a_different_pair_comes_back_only_when_its_evidence_changes(company: SmallCompany, ann: User) -> None:
    task = two_customers(company)
    decide_duplicate(task=task, kind="different", user=ann, now=company.clock())
    company.publish()
    asked = StewardTask.objects.filter(kind="duplicate", state="open")
    company.write("crm/accounts", later(FAR_CRM.replace("+49 221 111", "+49 221 111 ")))
    company.sync()
    assert asked.count() == 0
    company.write("crm/accounts", later(CRM, 10))
    company.sync()
    assert owner("C1") != owner("10001"), "the word holds until somebody answers anew"
    again = asked.get()
    assert "said different on" in again.reason and "the domain and street and postcode and city changed" in again.reason
    decide_duplicate(task=again, kind="same", user=ann, now=company.clock())
    company.publish()
    assert owner("C1") == owner("10001")


def test_a_relation_makes_the_parent_and_stops_the_question(company: SmallCompany, ann: User) -> None:
    task = two_customers(company)
    decide_duplicate(task=task, kind="related", relation="parent", user=ann, now=company.clock())
    company.publish()
    relation = Relation.objects.get()
    assert (relation.account_id, relation.other_account_id, relation.kind) == (owner("C1"), owner("10001"), "parent")
    assert Account.objects.get(pk=owner("C1")).parent_id == owner("10001")
    undo(task=StewardTask.objects.get(pk=task.pk), user=ann, now=company.clock())
    company.publish()
    assert (Relation.objects.count(), Account.objects.get(pk=owner("C1")).parent_id) == (0, None)


def test_parents_that_lead_in_circles_end_at_the_oldest(company: SmallCompany) -> None:
    rows = [
        f"C{n},2026-03-01T08:00:00Z,,Firma {word},,{word}.example,Ort{n},1000{n},Weg {n},DE,C{n % 3 + 1}"
        for n, word in ((1, "Alpha"), (2, "Bravo"), (3, "Carlo"))
    ]
    company.write("crm/accounts", *rows)
    company.sync()
    company.write("crm/accounts", *[later(row) for row in rows])
    company.sync()
    parents = dict(Account.objects.order_by("pk").values_list("name", "parent__name"))
    assert parents == {"Firma Alpha": None, "Firma Bravo": "Firma Carlo", "Firma Carlo": "Firma Alpha"}


def test_a_person_who_moves_keeps_their_history(company: SmallCompany) -> None:
    company.write("crm/accounts", CRM, "C2,2026-03-01T08:00:00Z,,Borealis,,borealis.example,Bonn,53111,Weg 2,DE,")
    company.write("crm/contacts", "P1,2026-03-01T08:00:00Z,Ann Ray,ann@acme-pumpen.de,C1")
    company.sync()
    person = Contact.objects.get()
    company.write("crm/contacts", "P1,2026-03-01T09:00:00Z,Ann Ray,ann@borealis.example,C2")
    company.sync()
    moved = Contact.objects.get()
    assert (moved.pk, moved.account_id) == (person.pk, owner("C2"))

"""Merges, pairs, how a customer formed and its relations, through the interface."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Tolerance, User
from accounts.workspace.notes import write_note
from syncengine.models import Move, Pin
from syncengine.steward.bindings import bind
from tests.syncengine.resolution.test_decisions import CRM, ERP, FAR_CRM, later, owner, record
from tests.syncengine.small_company import SmallCompany

Get = Callable[..., dict]  # type: ignore[type-arg]


@pytest.fixture
def get(db: None) -> Get:
    """What a person of a role gets at an address."""

    def ask(path: str, role: str = "steward", status: int = 200) -> dict:  # type: ignore[type-arg]
        client = Client()
        user = User.objects.filter(role=role).first()
        client.force_login(user or User.objects.create_user(f"{role}@example.org", "a-long-password", role=role))
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == status, answer.content
        return answer.json()

    return ask


def together(company: SmallCompany) -> None:
    """A CRM and an ERP record that merge when the first moves house."""
    company.write("crm/accounts", FAR_CRM)
    company.write("erp/customers", ERP)
    company.sync()
    company.write("crm/accounts", later(CRM))
    company.sync()


def test_a_merge_is_told_with_its_pair_and_what_made_it(company: SmallCompany, get: Get) -> None:
    together(company)
    listed = get("merges?kind=merge&auto=true&count=exact")
    move = Move.objects.get()
    told = listed["data"][0]
    one = get(f"merges/{move.pk}")["data"]
    revert = one.pop("revert")
    assert (listed["page"]["total"]["value"], one) == (1, told)
    sides = ([str(record("10001"))], [str(record("C1"))])
    assert (revert["possible"], revert["leaving"], revert["staying"], revert["not_placed"]) == (True, *sides, [])
    assert (told["by"], told["records"], told["reverted"]) == ("auto", [str(record("10001"))], False)
    assert told["pair"] == [str(r) for r in sorted((record("C1"), record("10001")))]
    assert ("value" in told, listed["meta"]["redacted"]) == (False, ["value"])
    assert get("merges?auto=false")["data"] == []


def test_what_taking_back_cannot_place_is_listed(company: SmallCompany, get: Get, client: Client) -> None:
    together(company)
    move, ann = Move.objects.get(), User.objects.create_user("ann@example.org", "a-long-password", role="steward")
    since = move.at + timedelta(hours=1)
    account = Account.objects.get(pk=move.to_account_id)
    write_note(account=account, text="They pay by cheque.", by=ann, now=since)
    Pin.objects.create(field=1, record_id=record("C1"), value="x", pinned_at=since)
    told = get(f"merges/{move.pk}")["data"]["revert"]["not_placed"]
    assert told == [
        "1 value was typed since; each stays with the record it was typed on.",
        "1 note was made since; it stays with the customer it was made on.",
    ]
    client.force_login(ann)
    page = client.get(f"/merges/{move.pk}/").content.decode()
    assert "What cannot be placed by itself" in page and all(line in page for line in told)


def test_roles_without_evidence_are_refused(company: SmallCompany, get: Get) -> None:
    together(company)
    pair = f"pairs/{record('C1')}/{record('10001')}"
    for path in ("merges", pair, f"accounts/{owner('C1')}/formation"):
        assert get(path, role="marketing", status=403)["code"] == "not-for-your-role"


def test_merges_take_the_same_queries_for_one_and_three(company: SmallCompany, get: Get) -> None:
    together(company)
    get("merges")  # what a session costs once
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as told:
            get("merges")
        counts.append(len(told))
        move = Move.objects.first()
        assert move is not None
        for _ in range(2):
            move.pk = None
            move.save()
    assert counts[0] == counts[1]


def test_a_pair_tells_its_waterfall_and_why_it_is_one(company: SmallCompany, get: Get) -> None:
    together(company)
    pair = get(f"pairs/{record('10001')}/{record('C1')}")["data"]["pair"]
    total = pair["prior_weight"] + sum(step["weight"] for step in pair["steps"])
    assert (pair["together"], [r["code"] for r in pair["reasons"]]) == (True, ["score"])
    assert abs(total - pair["match_weight"]) < 1e-6


def test_hidden_identifiers_are_left_out_and_named(company: SmallCompany, get: Get) -> None:
    together(company)
    path = f"pairs/{record('10001')}/{record('C1')}"
    full, support = get(path), get(path, role="support")
    steps = [{step["comparison"] for step in told["data"]["pair"]["steps"]} for told in (full, support)]
    assert (steps[0] - steps[1], support["meta"]["redacted"]) == ({"tax", "registration"}, ["tax", "registration"])
    assert "match_weight" not in support["data"]["pair"]


def why(get: Get) -> list[str]:
    pair = get(f"pairs/{record('C1')}/{record('10001')}")["data"]["pair"]
    return [reason["code"] for reason in pair["reasons"]]


def test_why_not_says_what_keeps_two_apart(company: SmallCompany, get: Get) -> None:
    company.write("crm/accounts", FAR_CRM)
    company.write("erp/customers", ERP)
    company.sync()
    found = [why(get)]
    Tolerance.objects.create(name="guard_run", percent=0, amount=0)
    company.write("crm/accounts", later(CRM))
    company.sync()
    found.append(why(get))
    left, right = [record("C1")], [record("10001")]
    bind(kind="different", left=left, right=right, user=User.objects.first(), now=company.clock())
    company.publish()
    found.append(why(get))
    assert found == [["unlikely"], ["held"], ["different"]]


def test_different_tax_numbers_in_one_country_are_said(company: SmallCompany, get: Get) -> None:
    company.write("crm/accounts", "C1,2026-03-01T08:00:00Z,,Zeta,,,Bonn,,,DE,")
    rows = (ERP.replace("DE;;", "DE;DE136695976;"), ERP.replace("10001", "10002").replace("DE;;", "DE;DE129273398;"))
    company.write("erp/customers", *rows)
    company.sync()
    path = f"pairs/{record('10001')}/{record('10002')}"
    told = [get(path, role=role)["data"]["pair"]["reasons"][0]["sentence"] for role in ("steward", "support")]
    assert told == [
        "They have different tax numbers in one country.", "An identifier that a company has once differs.",
    ]  # fmt: skip


def test_how_a_customer_formed(company: SmallCompany, get: Get) -> None:
    together(company)
    formed = get(f"accounts/{owner('C1')}/formation")["data"]["formation"]
    ids = {str(record("C1")), str(record("10001"))}
    assert {r["id"] for r in formed["records"]} == ids
    assert [(set(tie["records"]), tie["by"]) for tie in formed["ties"]] == [(ids, "score")]
    assert ([move["kind"] for move in formed["moves"]], formed["alone"]) == (["merge"], [])


def test_relations_are_read_from_both_sides_and_rolled_up(company: SmallCompany, get: Get) -> None:
    company.write("crm/accounts", FAR_CRM)
    company.write("erp/customers", ERP)
    company.sync()
    steward = User.objects.create_user("s@example.org", "a-long-password", role="steward")
    for relation in ("parent", "bill_to"):
        bind(kind="related", relation=relation, left=[record("C1")], right=[record("10001")], user=steward,
             now=company.clock())  # fmt: skip
    company.publish()
    child = get(f"accounts/{owner('C1')}/relations")["data"]["relations"]
    parent = get(f"accounts/{owner('10001')}/relations")["data"]["relations"]
    assert [(r["label"], r["account"]) for r in child] == [
        ("Pays its invoices", str(owner("10001"))), ("Parent company", str(owner("10001"))),
    ]  # fmt: skip
    assert [(r["label"], r["account"]) for r in parent] == [
        ("Has its invoices paid here", str(owner("C1"))), ("Subsidiary", str(owner("C1"))),
    ]  # fmt: skip
    group = get(f"accounts/{owner('C1')}/group")["data"]["group"]
    assert ([node["depth"] for node in group["nodes"]], group["total"]) == ([0, 1], 2)
    assert Account.objects.get(pk=owner("C1")).parent_id == owner("10001")

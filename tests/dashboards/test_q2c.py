"""Quote-to-cash pages: what a role sees of them, and what people decide there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.golden import touched
from accounts.models import AcceptedDifference, Account, Chain, Link, LinkDecision, ProcessException
from accounts.quote_to_cash.step import renew_cash
from tests.dashboards.conftest import TODAY
from tests.factories import CurrencyRateFactory, make

Login = Callable[[str], Client]
Make = Callable[..., Account]
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def money(amount: int) -> dict[str, Any]:
    """Net and base amounts alike."""
    return {"net_amount": Decimal(amount), "base_net_amount": Decimal(amount), "rate": Decimal(1)}


def renew() -> None:
    """Links, chains and exceptions of everybody."""
    with transaction.atomic():
        touched.begin()
        touched.touch("SELECT id FROM accounts_account")
        touched.settle()
        renew_cash(at=NOW, today=TODAY)


@pytest.fixture
def company(customer: Make) -> Account:
    """A customer with one deal on its way, billed too dear, and an invoice nobody ordered."""
    CurrencyRateFactory()
    account = customer()
    shared = {"account": account, "currency": "EUR", "owner": "Anna"}
    deal = make("opportunity", number="D-1", state="won", amount=Decimal(1000), base_amount=Decimal(1000),
                opened_at=NOW - 60 * DAY, closed_at=NOW - 40 * DAY, **shared)  # fmt: skip
    quote = make("quote", number="Q-1", opportunity=deal, status="accepted", quote_date=TODAY - 50 * DAY,
                 **money(1000), **shared)  # fmt: skip
    order = make("order", number="SO-1", quote=quote, status="shipped", order_type="new", customer_po="PO-1",
                 order_date=TODAY - 38 * DAY, promised_date=TODAY - 30 * DAY, **money(1000), **shared)  # fmt: skip
    line = make("order_line", order=order, quantity=Decimal(10), unit_price=Decimal(100), discount=Decimal(0),
                net_amount=Decimal(1000), shipped_quantity=Decimal(10), invoiced_quantity=Decimal(10))  # fmt: skip
    make("shipment", number="SH-1", order=order, account=account, status="shipped", shipped_date=TODAY - 31 * DAY)
    invoice = make("invoice", number="INV-1", order=order, customer_po=None, status="open", gross_amount=Decimal(1190),
                   open_amount=Decimal(1190), invoice_date=TODAY - 30 * DAY, due_date=TODAY - DAY, **money(1200),
                   **shared)  # fmt: skip
    make("invoice_line", invoice=invoice, order_line=line, quantity=Decimal(10), net_amount=Decimal(1200))
    make("invoice", number="INV-2", status="open", customer_po=None, gross_amount=Decimal(952),
         open_amount=Decimal(952), invoice_date=TODAY, due_date=TODAY, **money(800), **shared)  # fmt: skip
    renew()
    return account


def one(rule: str) -> ProcessException:
    """The exception of a rule."""
    return ProcessException.objects.get(rule=rule)


@pytest.mark.parametrize(("role", "status"), [("sales", 200), ("finance", 200), ("operations", 200), ("support", 200),
                                              ("marketing", 403), ("steward", 403), ("operator", 403)])  # fmt: skip
def test_page_is_for_who_sees_orders(login: Login, company: Account, role: str, status: int) -> None:
    assert login(role).get("/q2c/").status_code == status


def test_page_tells_figures_and_what_is_wrong(login: Login, company: Account) -> None:
    response = login("sales").get("/q2c/")

    steps = {step.name: (step.median, step.count) for step in response.context["kpis"].steps}
    assert (steps["won_ordered"], steps["ordered_shipped"]) == ((Decimal(2), 1), (Decimal(7), 1))
    assert [(bar.total.rule.code, bar.total.count) for bar in response.context["bars"]][:2] == [("E10", 1), ("E9", 1)]
    assert response.context["flow"].finding.endswith("is overdue")


def test_a_role_without_deals_sees_neither_their_steps_nor_their_exceptions(login: Login, company: Account) -> None:
    response = login("operations").get("/q2c/")

    assert [step.name for step in response.context["kpis"].steps] == ["ordered_shipped"]
    assert {bar.total.rule.code for bar in response.context["bars"]} <= {"E2", "E6", "E8", "E15"}
    assert "deals and quotes, invoices and payments hidden" in response.content.decode()


def test_type_filters_the_table_as_a_fragment(login: Login, company: Account) -> None:
    response = login("finance").get("/q2c/?rule=E9", headers={"HX-Request": "true", "HX-Target": "exceptions"})

    assert [line.row.rule.code for line in response.context["lines"]] == ["E9"]
    assert "<html" not in response.content.decode()


def test_list_asks_the_same_whatever_its_length(login: Login, company: Account) -> None:
    client = login("finance")

    def asked() -> int:
        with CaptureQueriesContext(connection, ) as queries:
            assert client.get("/q2c/exceptions/").status_code == 200
        return len(queries)

    few = asked()
    for number in range(3):
        make("invoice", account=company, number=f"N-{number}", status="open", customer_po=None, **money(5000 + number))
    renew()

    assert asked() == few


def test_exception_shows_both_sides_and_its_chain(login: Login, company: Account) -> None:
    page = login("finance").get(f"/q2c/exceptions/{one('E9').pk}/").content.decode()

    assert "1,000.00" in page and "1,200.00" in page and "INV-1" in page
    assert f"/q2c/chains/{one('E9').chain_id}/" in page


def test_exception_of_a_rule_the_role_does_not_see_is_not_found(login: Login, company: Account) -> None:
    assert login("operations").get(f"/q2c/exceptions/{one('E9').pk}/").status_code == 404


@pytest.mark.parametrize(
    ("act", "given", "state"),
    [
        ("assign", {"to": "me"}, "assigned"),
        ("state", {"state": "waiting"}, "waiting"),
        ("state", {"state": "dismissed", "text": "agreed by word"}, "dismissed"),
        ("reason", {"reason": "tax"}, "new"),
        ("comment", {"text": "asked billing"}, "new"),
    ],
)
def test_what_people_do_is_kept_with_its_history(
    login: Login, company: Account, act: str, given: dict[str, str], state: str
) -> None:
    response = login("finance").post(f"/q2c/exceptions/{one('E9').pk}/{act}/", given)

    assert response.status_code == 302
    assert one("E9").state == state
    assert one("E9").events.count() == 1


def test_no_issue_without_a_reason_is_refused_with_words(login: Login, company: Account) -> None:
    response = login("finance").post(f"/q2c/exceptions/{one('E9').pk}/state/", {"state": "dismissed"})

    assert (response.status_code, "Say why" in response.content.decode()) == (422, True)


def test_a_difference_is_accepted_until_a_day(login: Login, company: Account) -> None:
    until = TODAY + 30 * DAY
    login("finance").post(f"/q2c/exceptions/{one('E9').pk}/accept/", {"reason": "freight", "until": until.isoformat()})
    renew()

    assert AcceptedDifference.objects.values_list("account", "until_date").get() == (company.pk, until)
    assert one("E9").state == "accepted"


def test_chain_shows_steps_lines_and_links(login: Login, company: Account) -> None:
    chain = Chain.objects.get(label="D-1")
    response = login("sales").get(f"/q2c/chains/{chain.pk}/")

    assert [step.name for step in response.context["view"].strip.steps] == [
        "deal", "quote", "order", "shipment", "invoice", "payment"]  # fmt: skip
    line = response.context["lines"][0]
    assert (line.ordered.unit, line.billed.unit, line.price_differs) == (Decimal(100), Decimal(120), True)
    assert len(response.context["view"].ties) == 4


def test_an_unlinked_pair_stays_apart(login: Login, company: Account) -> None:
    chain = Chain.objects.get(label="D-1")
    link = Link.objects.get(right_object=18, how="key")

    response = login("finance").post(f"/q2c/chains/{chain.pk}/links/", {"link": link.pk, "verdict": "rejected"})

    assert response.status_code == 302
    assert LinkDecision.objects.get().verdict == "rejected"
    assert not Link.objects.filter(right_object=18, left_object=link.left_object, left_id=link.left_id).exists()


def test_customer_page_has_signals_and_live_chains(login: Login, company: Account) -> None:
    page = login("sales").get(f"/customers/{company.pk}/").content.decode()

    assert "On its way" in page and "Invoice ≠ order" in page


def test_accepted_difference_is_listed_and_ended(login: Login, company: Account) -> None:
    client, until = login("finance"), (TODAY + 30 * DAY).isoformat()
    client.post(f"/q2c/exceptions/{one('E9').pk}/accept/", {"reason": "Agreed freight", "until": until})
    rule = AcceptedDifference.objects.get()

    listed = client.get("/q2c/accepted/").content.decode()
    unseen = login("operations").post(f"/q2c/accepted/{rule.pk}/end/")
    client.post(f"/q2c/accepted/{rule.pk}/end/")

    assert ("Agreed freight" in listed, unseen.status_code, one("E9").state) == (True, 404, "new")
    assert "Agreed freight" in client.get("/q2c/accepted/?past=true").content.decode()


def test_what_holds_for_everybody_is_ended_by_who_sees_everybody(login: Login, company: Account) -> None:
    rule = AcceptedDifference.objects.create(rule="E9", reason="x", until_date=TODAY + DAY, at=NOW, up_to=5)
    ended = []
    for role in ("sales", "finance"):
        login(role).post(f"/q2c/accepted/{rule.pk}/end/")
        rule.refresh_from_db()
        ended.append(rule.ended_at is not None)

    assert ended == [False, True]


def test_accepted_differences_take_as_many_queries_for_three_as_for_one(login: Login, company: Account) -> None:
    client, counts = login("finance"), []
    for more in (1, 2):
        for _ in range(more):
            AcceptedDifference.objects.create(rule="E9", account=company, reason="x", until_date=TODAY + DAY, at=NOW)
        with CaptureQueriesContext(connection) as queries:
            client.get("/q2c/accepted/")
        counts.append(len(queries))

    assert counts[0] == counts[1]

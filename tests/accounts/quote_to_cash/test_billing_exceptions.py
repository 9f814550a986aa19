"""E7 and E9 to E14: what is found, what is not, and what lies within the tolerance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.accounts.quote_to_cash.conftest import Papers, money
from tests.accounts.quote_to_cash.test_order_exceptions import found, words
from tests.factories import AccountFactory, make
from tests.factories.world import TODAY

pytestmark = pytest.mark.django_db
Renew = Callable[..., int]
DAY = timedelta(days=1)


def shipped(papers: Papers, ago: int, *, invoiced: int = 0) -> object:
    """An order of ten, shipped so many days ago."""
    order = papers.order()
    line = papers.line(order, 10, 100, shipped_quantity=Decimal(10), invoiced_quantity=Decimal(invoiced))
    shipment = papers.shipment(order, TODAY - ago * DAY)
    make("shipment_line", shipment=shipment, order_line=line, quantity=Decimal(10))
    return order


def test_e7_shipped_and_not_billed(renew: Renew, papers: Papers) -> None:
    late = shipped(papers, 3)
    shipped(papers, 2)
    shipped(papers, 9, invoiced=10)
    partly = shipped(papers, 9, invoiced=4)

    renew()

    assert {row_id: row.at_stake for row_id, row in found("E7").items()} == {
        late.pk: Decimal(1000), partly.pk: Decimal(600)}  # type: ignore[attr-defined]  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "net", "told"),
    [
        (10, 1000, None),
        (10, 1010, None),
        (10, 1011, ("1,000.00", "1,011.00", Decimal(11), Decimal(11))),
        (4, 400, None),
        (11, 1100, ("1,000.00 for 10", "1,100.00 for 11", Decimal(100), Decimal(100))),
    ],
    ids=["as ordered", "within a percent", "dearer", "a part", "more than ordered"],
)
def test_e9_billed_unlike_ordered(renew: Renew, papers: Papers, quantity: int, net: int, told: object) -> None:
    order = papers.order(1000)
    line = papers.line(order, 10, 100)
    invoice = papers.invoice(net, order=order)
    billed = make("invoice_line", invoice=invoice, order_line=line, quantity=Decimal(quantity), net_amount=Decimal(net))

    renew()

    assert {row_id: words(row) for row_id, row in found("E9").items()} == ({billed.pk: told} if told else {})


def test_e10_invoice_without_an_order(renew: Renew, papers: Papers) -> None:
    alone = papers.invoice(900)
    papers.invoice(499)
    papers.invoice(2000, order=papers.order(2000))
    papers.invoice(3000, status="cancelled")

    renew()

    assert set(found("E10")) == {alone.pk}


def test_e11_the_same_billed_twice(renew: Renew, papers: Papers) -> None:
    first = papers.invoice(900, customer_po="PO-1", invoice_date=TODAY - 30 * DAY)
    second = papers.invoice(900, customer_po="po-1 ", invoice_date=TODAY)
    papers.invoice(901, customer_po="PO-1")
    papers.invoice(700, customer_po="PO-2", invoice_date=TODAY - 31 * DAY)
    papers.invoice(700, customer_po="PO-2", invoice_date=TODAY)

    renew()

    assert {row_id: row.other_id for row_id, row in found("E11").items()} == {second.pk: first.pk}


def test_e11_two_parts_of_an_order_are_no_double(renew: Renew, papers: Papers) -> None:
    order = papers.order(1800)
    for _ in range(2):
        line = papers.line(order, 9, 100)
        invoice = papers.invoice(900, customer_po="PO-1", order=order)
        make("invoice_line", invoice=invoice, order_line=line, quantity=Decimal(9), net_amount=Decimal(900))

    renew()

    assert found("E11") == {}


def test_e12_billed_to_a_customer_outside_the_group(renew: Renew, papers: Papers) -> None:
    top = AccountFactory()
    sisters = [AccountFactory(parent=top), AccountFactory(parent=AccountFactory(parent=top))]
    order = papers.order(1000)
    stray = make("invoice", account=AccountFactory(), order=order, status="open", **money(1000))
    inside = make("order", account=sisters[0], status="confirmed", **money(1000))
    make("invoice", account=sisters[1], order=inside, status="open", **money(1000))

    renew()

    assert set(found("E12")) == {stray.pk}


@pytest.mark.parametrize(
    ("open_amount", "ago", "off"),
    [("20", 11, True), ("1", 11, False), ("20", 10, False), ("-20", 11, True), ("1000", 11, False)],
    ids=["short", "within one", "too early", "over", "nothing paid"],
)
def test_e13_paid_short_or_over(renew: Renew, papers: Papers, open_amount: str, ago: int, off: bool) -> None:
    invoice = papers.invoice(1000, open_amount=Decimal(open_amount))
    if open_amount != "1000":
        papers.settle(papers.payment(980), invoice, 980, TODAY - ago * DAY)

    renew()

    assert {row_id: row.at_stake for row_id, row in found("E13").items()} == (
        {invoice.pk: abs(Decimal(open_amount))} if off else {}
    )


def test_e13_money_that_nobody_applied(renew: Renew, papers: Papers) -> None:
    free = {"unapplied_amount": Decimal(50), "base_unapplied_amount": Decimal(50)}
    loose = papers.payment(payment_date=TODAY - 11 * DAY, **free)
    papers.payment(payment_date=TODAY - 10 * DAY, **free)
    papers.payment(payment_date=TODAY - 11 * DAY, kind="deposit", **free)

    renew()

    assert [(row.row_id, row.label) for row in found("E13").values()] == [(loose.pk, loose.number)]


@pytest.mark.parametrize(
    ("credited", "ago", "off"), [(51, 1, True), (50, 1, False), (51, 90, False)], ids=["large", "five percent", "old"]
)
def test_e14_large_credit_note(renew: Renew, papers: Papers, credited: int, ago: int, off: bool) -> None:
    note = make("credit_note", account=papers.account, invoice=papers.invoice(1000), credit_date=TODAY - ago * DAY,
                **money(credited))  # fmt: skip

    renew()

    assert set(found("E14")) == ({note.pk} if off else set())

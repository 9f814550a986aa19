"""E7 and E9 to E14: what is found, what is not, and what lies within the tolerance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.accounts.quote_to_cash.conftest import Papers, money
from tests.accounts.quote_to_cash.test_order_exceptions import found, words
from tests.factories import AccountFactory, make
from tests.factories.world import NOW, TODAY

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
    late = shipped(papers, 4)
    shipped(papers, 3)
    shipped(papers, 9, invoiced=10)
    partly = shipped(papers, 9, invoiced=4)

    renew()

    assert {row_id: row.at_stake for row_id, row in found("E7").items()} == {
        late.pk: Decimal(1000), partly.pk: Decimal(600)}  # type: ignore[attr-defined]  # fmt: skip


def test_e7_what_left_long_ago_is_late_though_more_left_yesterday(renew: Renew, papers: Papers) -> None:
    order = papers.order()
    line = papers.line(order, 10, 100, shipped_quantity=None, invoiced_quantity=Decimal(1))
    for ago, quantity in ((20, 5), (1, 3)):
        shipment = papers.shipment(order, TODAY - ago * DAY)
        make("shipment_line", shipment=shipment, order_line=line, quantity=Decimal(quantity))

    renew()

    assert {id: (row.found, row.at_stake, row.since_date) for id, row in found("E7").items()} == {
        order.pk: (f"1 line shipped by {TODAY - 20 * DAY} and not billed", Decimal(400), TODAY - 20 * DAY)
    }


def test_e7_is_found_where_no_rate_is_known(renew: Renew, papers: Papers) -> None:
    order = papers.order(currency="XXX", rate=None, base_net_amount=None, order_date=TODAY - 9 * DAY)
    papers.line(order, 10, 100, shipped_quantity=Decimal(10))

    renew()

    assert [(id, row.difference, row.at_stake) for id, row in found("E7").items()] == [(order.pk, Decimal(1000), None)]


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


def test_e9_each_line_that_bills_beyond_the_order_stays_found(renew: Renew, papers: Papers) -> None:
    order = papers.order(1000)
    line = papers.line(order, 10, 100)
    bills = [
        make("invoice_line", invoice=papers.invoice(1200, order=order, invoice_date=TODAY - ago * DAY),
             order_line=line, quantity=Decimal(12), net_amount=Decimal(1200))
        for ago in (1, 9)
    ]  # fmt: skip

    renew()

    assert {id: words(row) for id, row in found("E9").items()} == {
        bills[1].pk: ("1,000.00 for 10", "1,200.00 for 12", Decimal(200), Decimal(200)),
        bills[0].pk: ("0.00 for 0", "1,200.00 for 12", Decimal(1200), Decimal(1200)),
    }


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


def test_e13_counts_from_the_payment_where_nobody_says_when_it_was_applied(renew: Renew, papers: Papers) -> None:
    invoices = [papers.invoice(1000, open_amount=Decimal(20)) for _ in range(2)]
    for invoice, ago in zip(invoices, (10, 11), strict=True):
        payment = papers.payment(980, payment_date=TODAY - ago * DAY)
        make("settlement", payment=payment, invoice=invoice, amount=Decimal(980), settled_date=None)

    renew()

    assert {id: row.since_date for id, row in found("E13").items()} == {invoices[1].pk: TODAY - 11 * DAY}


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


def test_e14_compares_in_one_currency(renew: Renew, papers: Papers) -> None:
    invoice = papers.invoice(1000)
    notes = [
        make("credit_note", account=papers.account, invoice=invoice, currency="USD", credit_date=TODAY,
             **money(credited, rate="0.5"))
        for credited in (100, 102)
    ]  # fmt: skip

    renew()

    assert {id: words(row) for id, row in found("E14").items()} == {
        notes[1].pk: ("at most 5 % of 1,000.00", "51.00", Decimal(51), Decimal(51))
    }


def test_e14_says_nothing_of_an_invoice_that_is_gone(renew: Renew, papers: Papers) -> None:
    make("credit_note", account=papers.account, invoice=papers.invoice(1000, deleted_at=NOW), credit_date=TODAY,
         **money(500))  # fmt: skip

    renew()

    assert found("E14") == {}

"""What follows from what: keys before numbers before inference, and what people say before all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Link, LinkDecision
from accounts.quote_to_cash.links import DEAL, INVOICE, ORDER, PAYMENT, QUOTE, SHIPMENT
from tests.accounts.quote_to_cash.conftest import Papers
from tests.factories import make
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
Renew = Callable[..., int]
DAY = timedelta(days=1)


def links() -> set[tuple[int, int, int, int, str]]:
    """Every link."""
    return set(Link.objects.values_list("left_object", "left_id", "right_object", "right_id", "how"))


def test_keys_link_every_step(renew: Renew, papers: Papers) -> None:
    deal = papers.deal()
    quote = papers.quote(opportunity=deal)
    order = papers.order(quote=quote)
    shipment = papers.shipment(order, TODAY)
    invoice = papers.invoice(order=order)
    payment = papers.payment()
    papers.settle(payment, invoice, 400)
    papers.settle(payment, invoice, 600)

    renew()

    assert links() == {
        (DEAL, deal.pk, QUOTE, quote.pk, "key"),
        (QUOTE, quote.pk, ORDER, order.pk, "key"),
        (ORDER, order.pk, SHIPMENT, shipment.pk, "key"),
        (ORDER, order.pk, INVOICE, invoice.pk, "key"),
        (INVOICE, invoice.pk, PAYMENT, payment.pk, "key"),
    }
    assert Link.objects.get(right_object=PAYMENT).amount == Decimal(1000)


def test_renewing_again_changes_nothing(renew: Renew, papers: Papers) -> None:
    papers.invoice(order=papers.order(quote=papers.quote(opportunity=papers.deal())))
    renew()

    assert renew() == 0


def test_an_order_that_names_both_tells_the_deal_of_its_quote(renew: Renew, papers: Papers) -> None:
    deal, quote = papers.deal(9000), papers.quote()
    order = papers.order(quote=quote, opportunity=deal)

    renew()

    assert links() == {
        (DEAL, deal.pk, QUOTE, quote.pk, "key"),
        (DEAL, deal.pk, ORDER, order.pk, "key"),
        (QUOTE, quote.pk, ORDER, order.pk, "key"),
    }


def test_a_key_of_another_source_is_found_within_the_customer(renew: Renew, papers: Papers) -> None:
    deal = papers.deal(9000)
    order = papers.order(1000, opportunity_key=deal.key)

    renew()

    assert (DEAL, deal.pk, ORDER, order.pk, "key") in links()


@pytest.mark.parametrize("written", ["Q-77", " q-77", "E-9"])
def test_a_quote_is_found_by_either_of_its_numbers(renew: Renew, papers: Papers, written: str) -> None:
    quote = papers.quote(5000, number="Q-77", erp_number="E-9")
    order = papers.order(1000, quote_number=written)

    renew()

    assert links() == {(QUOTE, quote.pk, ORDER, order.pk, "number")}


def test_an_invoice_is_found_by_the_customers_order_number(renew: Renew, papers: Papers) -> None:
    order = papers.order(5000, customer_po="PO 1", order_date=TODAY - DAY)
    invoice = papers.invoice(1000, customer_po="po 1")

    renew()

    assert links() == {(ORDER, order.pk, INVOICE, invoice.pk, "number")}


@pytest.mark.parametrize(
    ("amount", "days", "linked"), [(1010, 30, True), (1030, 30, False), (1000, 61, False), (1000, -1, False)],
    ids=["within two percent", "too far apart", "too late", "before"],
)  # fmt: skip
def test_what_nothing_names_is_inferred_within_amount_and_days(
    renew: Renew, papers: Papers, amount: int, days: int, linked: bool
) -> None:
    order = papers.order(1000, order_date=TODAY - 70 * DAY)
    invoice = papers.invoice(amount, invoice_date=order.order_date + days * DAY)

    renew()

    assert links() == ({(ORDER, order.pk, INVOICE, invoice.pk, "inferred")} if linked else set())
    assert all(Decimal("0.3") <= link.confidence <= Decimal("0.9") for link in Link.objects.all())


def test_of_several_the_nearest_are_paired_and_less_surely(renew: Renew, papers: Papers) -> None:
    alone = Papers()
    alone.order(1000, order_date=TODAY - DAY)
    alone.invoice(1000)
    orders = [papers.order(amount, order_date=TODAY - DAY) for amount in (1000, 1010)]
    invoices = [papers.invoice(amount) for amount in (1001, 1011)]

    renew()

    mine = {(link.left_id, link.right_id): link.confidence for link in Link.objects.filter(account=papers.account)}
    assert set(mine) == {(order.pk, invoice.pk) for order, invoice in zip(orders, invoices, strict=True)}
    assert max(mine.values()) < Link.objects.get(account=alone.account).confidence


def test_repeat_orders_are_never_taken_for_the_orders_of_deals(renew: Renew, papers: Papers) -> None:
    papers.deal(1000, closed_at=NOW)
    papers.order(1000, order_type="repeat")

    renew()

    assert links() == set()


@pytest.mark.parametrize("verdict", ["confirmed", "rejected"])
def test_what_people_said_is_remembered(renew: Renew, papers: Papers, verdict: str) -> None:
    order = papers.order(1000, order_date=TODAY - DAY)
    invoice = papers.invoice(1000)
    pair = {"left_object": ORDER, "left_id": order.pk, "right_object": INVOICE, "right_id": invoice.pk}
    LinkDecision.objects.create(**pair, verdict=verdict, at=NOW)

    renew()
    renew()

    expected = {(ORDER, order.pk, INVOICE, invoice.pk, "person")} if verdict == "confirmed" else set()
    assert links() == expected


def test_a_document_that_is_gone_takes_its_links_along(renew: Renew, papers: Papers) -> None:
    order = papers.order()
    invoice = papers.invoice(order=order)
    renew()

    type(invoice).objects.filter(pk=invoice.pk).update(deleted_at=NOW)
    renew(papers.account)

    assert links() == set()


def test_renewing_one_customer_leaves_the_links_of_others(renew: Renew, papers: Papers) -> None:
    other = Papers()
    for one in (papers, other):
        one.invoice(order=one.order())
    renew()
    before = links()

    assert renew(papers.account) == 0
    assert links() == before


def test_papers_that_name_another_customers_keep_their_links_whoever_is_renewed(renew: Renew, papers: Papers) -> None:
    other = Papers()
    order = papers.order()
    line = papers.line(order)
    other.shipment(order, TODAY)
    make("invoice_line", invoice=other.invoice(), order_line=line, quantity=Decimal(1), net_amount=Decimal(100))
    renew()
    before = links()

    assert {(left, right) for left, _, right, _, _ in before} == {(ORDER, SHIPMENT), (ORDER, INVOICE)}
    assert [renew(one.account) for one in (papers, other)] == [0, 0]
    assert links() == before

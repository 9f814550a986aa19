"""Chains: what became of a deal, step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Chain
from accounts.quote_to_cash.links import DEAL, INVOICE, ORDER
from accounts.quote_to_cash.slices import Slice
from accounts.quote_to_cash.unbilled import get_unbilled, older
from tests.accounts.quote_to_cash.conftest import Papers
from tests.factories import UserFactory, make
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
Renew = Callable[..., int]
DAY = timedelta(days=1)


def test_a_deal_gathers_everything_that_followed(renew: Renew, papers: Papers) -> None:
    deal = papers.deal(1000, opened_at=NOW - 50 * DAY, closed_at=NOW - 30 * DAY)
    quote = papers.quote(1000, opportunity=deal, quote_date=TODAY - 40 * DAY)
    order = papers.order(1000, quote=quote, order_date=TODAY - 28 * DAY, promised_date=TODAY - 19 * DAY)
    line = papers.line(order, 10, 100, shipped_quantity=Decimal(10), invoiced_quantity=Decimal(10))
    shipment = papers.shipment(order, TODAY - 20 * DAY)
    make("shipment_line", shipment=shipment, order_line=line, quantity=Decimal(10))
    invoice = papers.invoice(1000, order=order, invoice_date=TODAY - 18 * DAY, due_date=TODAY - 3 * DAY,
                             open_amount=Decimal(250))  # fmt: skip

    renew()

    chain = Chain.objects.get()
    assert (chain.root_object, chain.root_id, chain.state, chain.how) == (DEAL, deal.pk, "won", "key")
    dates = (chain.opened_date, chain.quoted_date, chain.won_date, chain.ordered_date, chain.shipped_date,
             chain.invoiced_date, chain.due_date, chain.paid_date)  # fmt: skip
    assert dates == tuple(None if ago is None else TODAY - ago * DAY for ago in (50, 40, 30, 28, 20, 18, 3, None))
    amounts = (chain.deal_amount, chain.quoted_amount, chain.ordered_amount, chain.shipped_amount,
               chain.invoiced_amount, chain.paid_amount, chain.overdue_amount)  # fmt: skip
    assert amounts == tuple(map(Decimal, (1000, 1000, 1000, 1000, 1000, 750, 250)))
    assert (chain.lines_due, chain.lines_on_time, chain.invoices, chain.invoices_right) == (1, 1, 1, 1)
    assert (chain.quote_ids, chain.order_ids, chain.shipment_ids, chain.invoice_ids) == (
        [quote.pk], [order.pk], [shipment.pk], [invoice.pk])  # fmt: skip


def test_what_no_deal_led_to_is_a_chain_of_its_own(renew: Renew, papers: Papers) -> None:
    order = papers.order(1000)
    alone = papers.invoice(77)

    renew()

    assert set(Chain.objects.values_list("root_object", "root_id")) == {(ORDER, order.pk), (INVOICE, alone.pk)}


def test_half_shipped_is_not_yet_shipped(renew: Renew, papers: Papers) -> None:
    order = papers.order(2000, promised_date=TODAY)
    for done in (10, 0):
        papers.line(order, 10, 100, shipped_quantity=Decimal(done))
    papers.shipment(order, TODAY)

    renew()

    chain = Chain.objects.get()
    assert (chain.shipped_date, chain.shipped_amount, chain.lines_due, chain.lines_on_time) == (
        None, Decimal(1000), 2, 0)  # fmt: skip


def test_a_credit_note_within_sixty_days_makes_an_invoice_wrong(renew: Renew, papers: Papers) -> None:
    order = papers.order()
    early, late = (papers.invoice(order=order, invoice_date=TODAY - ago * DAY) for ago in (50, 80))
    for invoice in (early, late):
        make("credit_note", account=papers.account, invoice=invoice, credit_date=TODAY)

    renew()

    chain = Chain.objects.get()
    assert (chain.invoices, chain.invoices_right) == (2, 1)


def test_invoice_billed_again_was_not_right_the_first_time(renew: Renew, papers: Papers) -> None:
    order = papers.order(1000)
    line = papers.line(order, 10, 100, shipped_quantity=Decimal(10), invoiced_quantity=None)
    for days in (30, 10):
        invoice = papers.invoice(1000, order=order, invoice_date=TODAY - days * DAY, disputed=False)
        make("invoice_line", invoice=invoice, order_line=line, quantity=Decimal(10), net_amount=Decimal(1000))
    renew()
    chain = Chain.objects.get()

    assert (chain.invoices, chain.invoices_right) == (2, 1)


def test_what_is_not_billed_is_told_by_the_age_of_its_shipment(renew: Renew, papers: Papers) -> None:
    for days, amount in ((2, 1000), (40, 500), (90, 200)):
        order = papers.order(amount, order_date=TODAY - (days + 5) * DAY, status="shipped")
        papers.line(order, 10, amount // 10, shipped_quantity=Decimal(10), invoiced_quantity=Decimal(0))
        papers.shipment(order, TODAY - days * DAY)
    renew()
    aged = get_unbilled(Slice(UserFactory(role="finance")), today=TODAY)

    assert [value for _, value in aged] == [Decimal(1000), Decimal(0), Decimal(500), Decimal(200)]
    assert older(aged) == Decimal(700)

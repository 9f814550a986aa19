"""The life of an exception: never doubled, closed by its source, kept quiet by what people accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import AcceptedDifference, Account, Chain, ExceptionEvent, Invoice, ProcessException
from tests.accounts.quote_to_cash.conftest import Papers
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
Renew = Callable[..., int]
DAY = timedelta(days=1)


def only() -> ProcessException:
    """The one exception there is."""
    return ProcessException.objects.get()


def billed(papers: Papers) -> Any:
    """An invoice without an order: one exception."""
    return papers.invoice(900)


def set_stake(invoice: Any, amount: int) -> None:
    """The source says another amount."""
    Invoice.objects.filter(pk=invoice.pk).update(net_amount=Decimal(amount), base_net_amount=Decimal(amount))


def events() -> list[str]:
    """What happened, in order."""
    return list(ExceptionEvent.objects.order_by("id").values_list("what", flat=True))


def test_found_again_is_the_same_exception(renew: Renew, papers: Papers) -> None:
    invoice = billed(papers)
    renew()
    opened = only()
    set_stake(invoice, 950)
    renew(at=NOW + DAY)

    assert (only().pk, only().at_stake, only().opened_at) == (opened.pk, Decimal(950), NOW)
    assert renew(at=NOW + 2 * DAY) == 0


def test_the_source_closes_it_and_opens_it_again(renew: Renew, papers: Papers) -> None:
    invoice = billed(papers)
    renew()
    order = papers.order(900)
    Invoice.objects.filter(pk=invoice.pk).update(order=order)
    renew(at=NOW + DAY)
    closed = (only().state, only().closed_at)
    Invoice.objects.filter(pk=invoice.pk).update(order=None, invoice_date=TODAY - 100 * DAY)
    renew(at=NOW + 2 * DAY)

    assert closed == ("resolved", NOW + DAY)
    assert (only().state, only().closed_at) == ("new", None)
    assert events() == ["resolved", "reopened"]


def test_a_cancelled_document_closes_it_too(renew: Renew, papers: Papers) -> None:
    invoice = billed(papers)
    renew()
    Invoice.objects.filter(pk=invoice.pk).update(deleted_at=NOW)
    renew(at=NOW + DAY)

    assert only().state == "resolved"


@pytest.mark.parametrize(("amount", "state"), [(980, "dismissed"), (1000, "new")], ids=["a little", "a tenth"])
def test_no_issue_stays_none_until_it_has_moved(renew: Renew, papers: Papers, amount: int, state: str) -> None:
    invoice = billed(papers)
    renew()
    ProcessException.objects.update(state="dismissed", closed_at=NOW)
    set_stake(invoice, amount)
    renew(at=NOW + DAY)

    assert only().state == state


@pytest.mark.parametrize(("up_to", "state"), [(None, "accepted"), (900, "accepted"), (899, "new")])
def test_an_accepted_difference_covers_it_up_to_an_amount(
    renew: Renew, papers: Papers, up_to: int | None, state: str
) -> None:
    AcceptedDifference.objects.create(rule="E10", account=papers.account, up_to=up_to, reason="freight",
                                      until_date=TODAY, at=NOW)  # fmt: skip
    billed(papers)

    renew()

    assert only().state == state


def test_an_accepted_difference_ends_on_its_day(renew: Renew, papers: Papers) -> None:
    billed(papers)
    renew()
    AcceptedDifference.objects.create(rule="E10", reason="all of them", until_date=TODAY, at=NOW)
    renew(at=NOW)
    meanwhile = only().state
    renew(at=NOW + DAY, today=TODAY + DAY)

    assert (meanwhile, only().state) == ("accepted", "new")
    assert events() == ["accepted", "reopened"]


def test_an_acceptance_follows_its_customer_into_a_merge(renew: Renew, papers: Papers) -> None:
    AcceptedDifference.objects.create(rule="E10", account=papers.account, reason="x", until_date=TODAY, at=NOW)
    survivor = Papers()
    invoice = billed(papers)
    Account.objects.filter(pk=papers.account.pk).update(merged_into=survivor.account)
    Invoice.objects.filter(pk=invoice.pk).update(account=survivor.account)

    renew()

    assert (only().account, only().state) == (survivor.account, "accepted")


def test_a_merge_carries_exceptions_and_chains_along(renew: Renew, papers: Papers) -> None:
    survivor = Papers()
    invoice = billed(papers)
    renew()
    before = only().pk
    Invoice.objects.filter(pk=invoice.pk).update(account=survivor.account)
    renew(at=NOW + DAY)

    assert (only().pk, only().account, only().chain) == (before, survivor.account, Chain.objects.get())
    assert Chain.objects.get().account == survivor.account

"""E1 to E6, E8 and E15: what is found, what is not, and what lies within the tolerance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import ProcessException
from accounts.quote_to_cash.links import CODE
from accounts.quote_to_cash.rules import exception_rules
from tests.accounts.quote_to_cash.conftest import Papers
from tests.factories import AccountCrosswalkFactory, AccountFactory, ProductCrosswalkFactory, make
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
Renew = Callable[..., int]
DAY = timedelta(days=1)


def found(rule: str) -> dict[int, ProcessException]:
    """Open exceptions of a rule by the document or line they are about."""
    return {row.row_id: row for row in ProcessException.objects.filter(rule=rule, state="new")}


def words(row: ProcessException) -> tuple[str | None, str | None, Decimal | None, Decimal | None]:
    """What was expected, what was found, the difference and the value at stake."""
    return row.expected, row.found, row.difference, row.at_stake


def test_working_days_leave_out_weekends_and_holidays() -> None:
    rules = exception_rules()

    assert rules.working_days_before(date(2026, 3, 6), 5) == date(2026, 2, 26)  # Friday: Thursday of the week before
    assert rules.working_days_before(date(2026, 5, 4), 1) == date(2026, 4, 29)  # Monday after a Friday holiday


def test_e1_won_and_no_order(renew: Renew, papers: Papers) -> None:
    # 1 March 2026 is a Sunday: five working days ago was Monday, the sixth Friday 20 February
    late = papers.deal(1000, closed_at=NOW.replace(month=2, day=19))
    papers.deal(2000, closed_at=NOW.replace(month=2, day=23))
    ordered = papers.deal(3000, closed_at=NOW.replace(month=2, day=2))
    papers.order(3000, opportunity=ordered)
    cancelled = papers.deal(4000, closed_at=NOW.replace(month=2, day=2))
    papers.order(4000, opportunity=cancelled, status="cancelled")
    papers.deal(5000, state="lost", closed_at=NOW.replace(month=2, day=2))

    renew()

    assert set(found("E1")) == {late.pk, cancelled.pk}
    assert words(found("E1")[late.pk]) == ("an order", "no order", Decimal(1000), Decimal(1000))


def test_e1_an_order_counts_for_the_deal_it_names_whatever_quote_it_came_from(renew: Renew, papers: Papers) -> None:
    named, other = (papers.deal(1000, closed_at=NOW.replace(month=2, day=2)) for _ in range(2))
    papers.order(1000, opportunity=named, quote=papers.quote(1000, opportunity=other))

    renew()

    assert found("E1") == {}


def test_e2_order_without_a_deal(renew: Renew, papers: Papers) -> None:
    papers.deal(99_000)
    alone = papers.order(1000, order_type="new")
    papers.order(499, order_type="new")
    papers.order(1000, order_type="repeat")
    papers.order(1000, order_type="project", quote=papers.quote())

    renew()

    assert set(found("E2")) == {alone.pk}


def test_e2_is_silent_where_no_deals_are_kept(renew: Renew, papers: Papers) -> None:
    papers.order(1000, order_type="new")

    renew()

    assert found("E2") == {}


@pytest.mark.parametrize(
    ("quoted", "ordered", "off"),
    [(10_000, 10_200, True), (10_000, 10_100, False), (1000, 1050, False), (1000, 1051, True)],
    ids=["more than a percent", "a percent", "fifty", "more than fifty"],
)
def test_e3_order_unlike_its_quote(renew: Renew, papers: Papers, quoted: int, ordered: int, off: bool) -> None:
    order = papers.order(ordered, quote=papers.quote(quoted))

    renew()

    assert set(found("E3")) == ({order.pk} if off else set())


def test_e3_adds_up_what_was_ordered_in_parts(renew: Renew, papers: Papers) -> None:
    quote = papers.quote(10_000)
    papers.order(6000, quote=quote)
    papers.order(4000, quote=quote)
    papers.order(5000, quote=quote, status="cancelled")

    renew()

    assert found("E3") == {}


def test_e3_compares_base_amounts_across_currencies(renew: Renew, papers: Papers) -> None:
    order = papers.order(1000, currency="EUR", quote=papers.quote(1000, currency="CHF", base_net_amount=Decimal(1100)))

    renew()

    assert [(row.currency, row.difference, row.reason) for row in found("E3").values()] == [
        ("EUR", Decimal(-100), "fx")]  # fmt: skip
    assert set(found("E3")) == {order.pk}


@pytest.mark.parametrize(("unit", "off"), [("100.00", False), ("100.50", False), ("100.60", True), ("97.00", True)])
def test_e4_line_at_another_price(renew: Renew, papers: Papers, unit: str, off: bool) -> None:
    product = ProductCrosswalkFactory()
    quote = papers.quote(1000)
    order = papers.order(1000, quote=quote)
    shared = {"product_ref": product, "quantity": Decimal(10), "discount": Decimal(0)}
    make("quote_line", quote=quote, unit_price=Decimal(100), net_amount=Decimal(1000), **shared)
    line = papers.line(order, 10, unit, product_ref=product)

    renew()

    assert set(found("E4")) == ({line.pk} if off else set())


@pytest.mark.parametrize(("ends", "off"), [(-1, True), (1, False)], ids=["ended before", "still good"])
def test_e4_discount_used_after_its_end(renew: Renew, papers: Papers, ends: int, off: bool) -> None:
    product = ProductCrosswalkFactory()
    quote = papers.quote(1000)
    order = papers.order(900, quote=quote, order_date=TODAY)
    make("quote_line", quote=quote, product_ref=product, quantity=Decimal(10), unit_price=Decimal(100),
         discount=Decimal(10), net_amount=Decimal(900), discount_expires_date=TODAY + ends * DAY)  # fmt: skip
    line = papers.line(order, 10, 100, product_ref=product, discount=Decimal(10), net_amount=Decimal(900))

    renew()

    assert {row_id: words(row) for row_id, row in found("E4").items()} == (
        {line.pk: ("100.00", "90.00", Decimal(-10), Decimal(100))} if off else {}
    )


@pytest.mark.parametrize(
    ("unit", "discount", "told"),
    [
        ("100", None, None),
        ("90", None, ("100.00", "90.00", Decimal(-10), Decimal(100))),
        ("95", 5, ("100.00", "95.00", Decimal(-5), Decimal(50))),
    ],
    ids=["full price", "lower price without saying why", "a part of it"],
)
def test_e4_after_its_end_a_discount_is_none(
    renew: Renew, papers: Papers, unit: str, discount: int | None, told: object
) -> None:
    product = ProductCrosswalkFactory()
    quote = papers.quote(900)
    make("quote_line", quote=quote, product_ref=product, quantity=Decimal(10), unit_price=Decimal(100),
         discount=Decimal(10), net_amount=Decimal(900), discount_expires_date=TODAY - DAY)  # fmt: skip
    line = papers.line(papers.order(quote=quote, order_date=TODAY), 10, unit, product_ref=product, discount=discount)

    renew()

    assert {row_id: words(row) for row_id, row in found("E4").items()} == ({line.pk: told} if told else {})


def test_e5_terms_unlike_those_agreed(renew: Renew, papers: Papers) -> None:
    other = papers.order(1000, payment_terms="60 days", incoterm="DAP")
    papers.order(1000, payment_terms=" 30 DAYS", incoterm="exw")
    papers.order(1000, payment_terms="60 days", status="closed", order_date=TODAY - 90 * DAY)
    stranger = papers.order(1000, bill_to_ref=AccountCrosswalkFactory(account=AccountFactory()))
    papers.order(1000, bill_to_ref=AccountCrosswalkFactory(account=AccountFactory(parent=papers.account)))

    renew()

    assert {row_id: words(row)[:2] for row_id, row in found("E5").items()} == {
        other.pk: ("30 days, EXW", "60 days, DAP"),
        stranger.pk: ("billed within the group", "billed to somebody else"),
    }


def test_e6_and_e8_are_late_only_with_something_left_to_ship(renew: Renew, papers: Papers) -> None:
    late = papers.order(promised_date=TODAY - DAY, requested_date=TODAY - 30 * DAY)
    aged = papers.order(promised_date=TODAY, requested_date=TODAY - 31 * DAY)
    done = papers.order(promised_date=TODAY - 9 * DAY, requested_date=TODAY - 90 * DAY)
    closed = papers.order(status="closed", promised_date=TODAY - DAY, requested_date=TODAY - 90 * DAY)
    for order in (late, aged, closed):
        papers.line(order, 10, 100, shipped_quantity=Decimal(4))
    papers.line(done, 10, 100, shipped_quantity=Decimal(10))

    renew()

    assert {row_id: words(row) for row_id, row in found("E6").items()} == {
        late.pk: (f"shipped by {TODAY - DAY}", "1 line not shipped", Decimal(1), Decimal(600))
    }
    assert set(found("E8")) == {aged.pk}


def test_an_order_whose_lines_nobody_told_is_late_with_all_it_is_worth(renew: Renew, papers: Papers) -> None:
    order = papers.order(700, promised_date=TODAY - DAY, requested_date=TODAY - 31 * DAY, hold=True)
    papers.order(700, status="shipped", promised_date=TODAY - DAY, requested_date=TODAY - 31 * DAY, hold=True)

    renew()

    stakes = {rule: {id: row.at_stake for id, row in found(rule).items()} for rule in ("E6", "E8", "E15")}
    assert stakes == {rule: {order.pk: Decimal(700)} for rule in ("E6", "E8", "E15")}
    assert found("E6")[order.pk].found == "not shipped"


def test_without_a_rate_nobody_knows_what_is_at_stake(renew: Renew, papers: Papers) -> None:
    foreign = {"currency": "XXX", "rate": None, "base_net_amount": None}
    order = papers.order(1100, quote=papers.quote(1000, **foreign), **foreign)

    renew()

    assert words(found("E3")[order.pk]) == ("1,000.00", "1,100.00", Decimal(100), None)


def test_e15_hold_before_a_promised_day(renew: Renew, papers: Papers) -> None:
    held_customer = Papers(credit_hold=True)
    held = papers.order(hold=True, promised_date=TODAY + 5 * DAY)
    later = papers.order(hold=True, promised_date=TODAY + 6 * DAY)
    free = papers.order(promised_date=TODAY + DAY)
    theirs = held_customer.order(promised_date=TODAY + DAY)
    for order in (held, later, free, theirs):
        papers.line(order)

    renew()

    assert {row_id: row.found for row_id, row in found("E15").items()} == {
        held.pk: "the order is on hold",
        theirs.pk: "the customer is on hold",
    }
    assert found("E15")[held.pk].object == CODE["order"]

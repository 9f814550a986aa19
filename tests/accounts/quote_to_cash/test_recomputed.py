"""Links, chains and exceptions equal a slow, plain recomputation, however customers merge and documents come and go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import (
    Account,
    Chain,
    Invoice,
    Link,
    Opportunity,
    Order,
    ProcessException,
    Quote,
    Tolerance,
)
from accounts.models.exception import OPEN_STATES
from accounts.quote_to_cash.links import DEAL, INVOICE, ORDER, QUOTE
from accounts.quote_to_cash.rules import exception_rules
from tests.accounts.quote_to_cash.conftest import Papers, renew_all
from tests.factories import CurrencyRateFactory
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
FLOOR, DAY = Decimal(500), timedelta(days=1)
AMOUNTS = st.sampled_from([300, 1000, 1040, 2500])
AGO = st.integers(0, 40)


@dataclass
class Plan:
    """One customer's papers: each order may name a quote, each quote a deal, each invoice an order."""

    deals: list[tuple[int, int]]  # amount, won so many days ago
    quotes: list[tuple[int, int]]  # amount, place of its deal
    orders: list[tuple[int, int, int, bool]]  # amount, place of its quote, days ago, cancelled
    invoices: list[tuple[int, int, bool]]  # amount, place of its order, cancelled


PLANS = st.builds(
    Plan,
    st.lists(st.tuples(AMOUNTS, AGO), max_size=2),
    st.lists(st.tuples(AMOUNTS, st.integers(0, 2)), max_size=2),
    st.lists(st.tuples(AMOUNTS, st.integers(0, 2), AGO, st.booleans()), max_size=3),
    st.lists(st.tuples(AMOUNTS, st.integers(0, 3), st.booleans()), max_size=3),
)


def at(rows: list[Any], place: int) -> Any:
    """The row at a place, none beyond the end: the paper names nothing."""
    return rows[place] if place < len(rows) else None


def build(plan: Plan) -> Account:
    """The customer with its papers."""
    papers = Papers()
    deals = [papers.deal(amount, closed_at=NOW - days * DAY) for amount, days in plan.deals]
    quotes = [papers.quote(amount, opportunity=at(deals, place)) for amount, place in plan.quotes]
    orders = [
        papers.order(amount, quote=at(quotes, place), order_date=TODAY - days * DAY, order_type="new",
                     status="cancelled" if cancelled else "closed")
        for amount, place, days, cancelled in plan.orders
    ]  # fmt: skip
    for amount, place, cancelled in plan.invoices:
        papers.invoice(amount, order=at(orders, place), invoice_date=TODAY - 300 * DAY,
                       status="cancelled" if cancelled else "open")  # fmt: skip
    return papers.account


def alive(model: Any) -> dict[int, Any]:
    """Live documents by id."""
    return {row.pk: row for row in model.objects.filter(deleted_at__isnull=True)}


@dataclass
class Plain:
    """What should stand, found by walking documents one by one."""

    links: set[tuple[int, int, int, int]]
    chains: dict[tuple[int, int], tuple[Any, ...]]
    exceptions: set[tuple[str, int]]


def recompute() -> Plain:
    """Everything from the documents alone."""
    deals, quotes, orders, invoices = (alive(model) for model in (Opportunity, Quote, Order, Invoice))
    links = {(DEAL, q.opportunity_id, QUOTE, q.pk) for q in quotes.values() if q.opportunity_id in deals}
    links |= {(QUOTE, o.quote_id, ORDER, o.pk) for o in orders.values() if o.quote_id in quotes}
    links |= {(ORDER, i.order_id, INVOICE, i.pk) for i in invoices.values() if i.order_id in orders}
    above = {(right, right_id): (left, left_id) for left, left_id, right, right_id in links}

    def root(object: int, id: int) -> tuple[int, int]:
        while (object, id) in above:
            object, id = above[object, id]
        return object, id

    live_orders = [o for o in orders.values() if o.status != "cancelled"]
    live_invoices = [i for i in invoices.values() if i.status != "cancelled"]
    members = [(DEAL, id) for id in deals] + [(QUOTE, id) for id in quotes] + [(ORDER, id) for id in orders]
    members += [(INVOICE, i.pk) for i in live_invoices]
    chains = {
        place: (
            sum((o.base_net_amount for o in live_orders if root(ORDER, o.pk) == place), Decimal(0)),
            sum((i.base_net_amount for i in live_invoices if root(INVOICE, i.pk) == place), Decimal(0)),
            sorted(o for o in orders if root(ORDER, o) == place),
        )
        for place in {root(*member) for member in members}
    }
    found = _exceptions(deals, quotes, live_orders, live_invoices, root)
    strayed = [i for i in live_invoices if i.order_id in orders and orders[i.order_id].account_id != i.account_id]
    return Plain(links, chains, found | {("E12", i.pk) for i in strayed})


def _exceptions(deals: Any, quotes: Any, orders: Any, invoices: Any, root: Any) -> set[tuple[str, int]]:
    before = exception_rules().working_days_before(TODAY, 5)
    ordered = {root(ORDER, o.pk) for o in orders}
    found = {("E1", d.pk) for d in deals.values() if d.closed_at.date() <= before and (DEAL, d.pk) not in ordered}
    if deals or Opportunity.objects.exists():
        found |= {("E2", o.pk) for o in orders if root(ORDER, o.pk) == (ORDER, o.pk) and o.base_net_amount >= FLOOR}
    for quote in quotes.values():
        mine = [o for o in orders if o.quote_id == quote.pk]
        off = abs(sum(o.net_amount for o in mine) - quote.net_amount)
        if mine and off > max(quote.net_amount / 100, Decimal(50)):
            found.add(("E3", min(o.pk for o in mine)))
    found |= {("E10", i.pk) for i in invoices if root(INVOICE, i.pk) == (INVOICE, i.pk) and i.base_net_amount >= FLOOR}
    return found


def stored() -> Plain:
    """What the sets say."""
    rows = ProcessException.objects.filter(state__in=OPEN_STATES, rule__in=["E1", "E2", "E3", "E10", "E12"])
    return Plain(
        set(Link.objects.values_list("left_object", "left_id", "right_object", "right_id")),
        {
            (c.root_object, c.root_id): (c.ordered_amount or Decimal(0), c.invoiced_amount or Decimal(0), c.order_ids)
            for c in Chain.objects.all()
        },
        set(rows.values_list("rule", "row_id")),
    )


@settings(
    max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plans=st.lists(PLANS, min_size=2, max_size=3), data=st.data())
def test_sets_equal_the_plain_recomputation(db: None, plans: list[Plan], data: st.DataObject) -> None:
    with transaction.atomic():
        CurrencyRateFactory()
        Tolerance.objects.create(name="inferred_link", percent=0, days=60)  # guesses are tested one by one elsewhere
        accounts = [build(plan) for plan in plans]
        renew_all()
        assert stored() == recompute()

        gone = data.draw(st.sampled_from([Order, Invoice, Quote]))
        gone.objects.filter(account=accounts[0]).update(deleted_at=NOW)
        renew_all(only=accounts[0])
        assert stored() == recompute()

        for model in (Opportunity, Quote, Order, Invoice):  # the first customer becomes the second
            model.objects.filter(account=accounts[0]).update(account=accounts[1])
        renew_all()
        assert stored() == recompute()

        Invoice.objects.filter(account=accounts[1]).update(account=accounts[0])  # and back, in part
        renew_all()
        assert stored() == recompute()
        transaction.set_rollback(True)

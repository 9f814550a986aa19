"""What the exceptions of deals, quotes and orders mean, told one document at a time: E1 to E6, E8 and E15.

Each gives the value at stake in our currency by the document or line it is about; None where no rate is known.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Opportunity, PaymentTerm
from accounts.quote_to_cash.links import DEAL, ORDER, QUOTE
from accounts.quote_to_cash.rules import exception_rules
from tests.accounts.quote_to_cash.books import ZERO, Books, in_base, live, unit_price
from tests.accounts.quote_to_cash.plain_links import Links, Place, children, parent, won_day

Found = dict[int, Decimal | None]
DAY, YEAR = timedelta(days=1), timedelta(days=365)
FLOOR = Decimal(500)


def won_no_order(books: Books, links: Links, today: date) -> Found:
    """E1: won more than five working days ago, and no live order follows, be it through a quote."""
    before, found = exception_rules().working_days_before(today, 5), {}
    for id, deal in books.deals.items():
        orders = children(links, DEAL, id, ORDER)
        for quote in children(links, DEAL, id, QUOTE):
            orders += children(links, QUOTE, quote, ORDER)
        ordered = any(live(books.orders[order]) for order in orders)
        if deal.state == "won" and today - YEAR < won_day(deal) <= before and not ordered:
            found[id] = deal.base_amount
    return found


def order_no_deal(books: Books, links: Links, today: date) -> Found:
    """E2: an order of new business above the floor that no deal or quote led to; silent where nobody keeps deals."""
    kept = Opportunity.objects.exists()
    return {
        id: order.base_net_amount for id, order in books.orders.items()
        if kept and live(order) and order.order_type in ("new", "project") and parent(links, ORDER, id) is None
        and (order.base_net_amount or ZERO) >= FLOOR and order.order_date > today - YEAR
    }  # fmt: skip


def order_unlike_quote(books: Books, links: Links, today: date) -> Found:
    """E3: what was ordered of a quote, or of a deal without one, differs by more than 1 % and more than 50 of ours."""
    ordered: dict[Place, list[Any]] = defaultdict(list)
    for id, order in books.orders.items():
        if live(order) and (above := parent(links, ORDER, id)) is not None:
            ordered[above].append(order)
    found = {}
    for (kind, id), orders in ordered.items():
        agreed = books.quotes[id] if kind == QUOTE else books.deals[id]
        judged = _off(agreed, kind, orders)
        if judged is not None and max(order.order_date for order in orders) > today - YEAR:
            found[min(order.pk for order in orders)] = judged[0]
    return found


def _off(agreed: Any, kind: int, orders: list[Any]) -> tuple[Decimal | None] | None:
    """The value at stake where orders lie outside the tolerance: in one currency, else in ours."""
    net, base = ("net_amount", "base_net_amount") if kind == QUOTE else ("amount", "base_amount")
    if all(order.currency == agreed.currency for order in orders):
        want, got, rate = getattr(agreed, net), sum(order.net_amount for order in orders), orders[0].rate
    else:
        known = [order.base_net_amount for order in orders if order.base_net_amount is not None]
        want, got, rate = getattr(agreed, base), sum(known) if known else None, Decimal(1)
    if want is None or got is None:
        return None
    face = Decimal(1) if rate is None else rate
    if abs(got - want) * face <= max(want * face / 100, Decimal(50)):
        return None
    return (None if rate is None else abs(got - want) * rate,)


def price_mismatch(books: Books, links: Links, today: date) -> Found:
    """E4: a line at another price than its quote names on that day, beyond half a percent."""
    found = {}
    for id, order in books.orders.items():
        above = parent(links, ORDER, id)
        if above is None or above[0] != QUOTE or not live(order) or order.order_date <= today - YEAR:
            continue
        offered, ordered = _by_product(books.quote_lines[above[1]]), _by_product(books.order_lines[id])
        if order.currency != books.quotes[above[1]].currency:
            continue
        for product, lines in ordered.items():
            for offer, line in zip(offered[product], lines, strict=False):
                want, got = _price_on(offer, order.order_date), unit_price(line)
                if abs(got - want) > want / 200:
                    found[line.pk] = in_base(abs(got - want) * line.quantity, order)
    return found


def _by_product(lines: list[Any]) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.position, line.pk)):
        if line.product_ref is not None and line.product_ref.product_id is not None:
            found[line.product_ref.product_id].append(line)
    return found


def _price_on(offer: Any, day: date) -> Decimal:
    """What a quoted unit costs on a day: a discount that has ended is none."""
    ended = offer.discount_expires_date is not None and offer.discount_expires_date < day
    return unit_price(offer) / (1 - (offer.discount or ZERO) / 100) if ended else unit_price(offer)


def terms_mismatch(books: Books, links: Links, today: date) -> Found:
    """E5: terms, incoterm or bill-to are not those agreed, on what is open or was ordered in the last sixty days."""
    words = {word.lower(): term.code for term in PaymentTerm.objects.all()
             for word in (term.code, term.label, *term.words)}  # fmt: skip

    def meant(text: str) -> str:
        told = text.strip().lower()
        return words.get(told, told)

    found: Found = {}
    for id, order in books.orders.items():
        customer = books.accounts[order.account_id]
        billed = order.bill_to_ref.account_id if order.bill_to_ref else None
        differs = [
            None not in (customer.payment_terms, order.payment_terms)
            and meant(customer.payment_terms) != meant(order.payment_terms),
            None not in (customer.incoterm, order.incoterm)
            and customer.incoterm.strip().upper() != order.incoterm.strip().upper(),
            billed is not None and books.group(billed) != books.group(order.account_id),
        ]  # fmt: skip
        recent = is_open(order) or order.order_date > today - 60 * DAY
        if live(order) and recent and any(differs):
            found[id] = ZERO
    return found


def late_to_ship(books: Books, links: Links, today: date) -> Found:
    """E6: the promised day has passed and goods have not left."""
    return {id: left for id, (order, left) in unshipped(books).items()
            if order.promised_date and order.promised_date < today}  # fmt: skip


def backlog_aged(books: Books, links: Links, today: date) -> Found:
    """E8: confirmed, and more than thirty days past the day the customer asked for."""
    return {id: left for id, (order, left) in unshipped(books).items()
            if order.requested_date and order.requested_date < today - 30 * DAY}  # fmt: skip


def hold_blocks(books: Books, links: Links, today: date) -> Found:
    """E15: promised within five days, and the order or its customer is on hold."""
    return {
        id: left for id, (order, left) in unshipped(books).items()
        if (order.hold or books.accounts[order.account_id].credit_hold)
        and order.promised_date and order.promised_date <= today + 5 * DAY
    }  # fmt: skip


def unshipped(books: Books) -> dict[int, tuple[Any, Decimal | None]]:
    """Open orders with something left to ship, and its value; all of an order whose lines nobody told."""
    found = {}
    for id, order in books.orders.items():
        lines = books.order_lines[id]
        left = [(line, line.quantity - books.shipped(line)) for line in lines]
        waiting = [(line, quantity) for line, quantity in left if quantity > 0]
        if is_open(order) and not lines:
            found[id] = (order, order.base_net_amount)
        elif is_open(order) and waiting:
            found[id] = (order, in_base(sum((unit_price(line) * part for line, part in waiting), ZERO), order))
    return found


def is_open(order: Any) -> bool:
    """Whether an order is confirmed and not yet shipped whole."""
    return order.status in ("confirmed", "partly_shipped")

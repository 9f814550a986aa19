"""Links and chains told from the documents one by one: what names what, what looks alike, where each goes back to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.quote_to_cash.links import DEAL, INVOICE, ORDER, PAYMENT, QUOTE, SHIPMENT
from tests.accounts.quote_to_cash.books import Books, live

Place = tuple[int, int]  # what kind of document, and which
Links = dict[tuple[int, int, int, int], str]  # left, right, and how that is known
RANKS = ("key", "number", "inferred")


def find_links(books: Books, *, guess: bool) -> Links:
    """What follows from what: by what documents name, then by numbers on them, then by likeness."""
    links = _named(books)
    links |= _told_by_order(books, links)
    links |= _by_quote_number(books, links)
    links |= _by_purchase_order(books, links)
    if guess:
        for step in (_deal_quote, _quote_order, _deal_order, _order_invoice, _invoice_payment):
            links |= step(books, links)
    return links


def _named(books: Books) -> Links:
    found = {(DEAL, quote.opportunity_id, QUOTE, id) for id, quote in books.quotes.items()}
    found |= {(QUOTE, order.quote_id, ORDER, id) for id, order in books.orders.items()}
    found |= {(DEAL, order.opportunity_id, ORDER, id) for id, order in books.orders.items()}
    found |= {(ORDER, shipment.order_id, SHIPMENT, id) for id, shipment in books.shipments.items()}
    found |= {(ORDER, invoice.order_id, INVOICE, id) for id, invoice in books.invoices.items()}
    for order in books.orders.values():
        for line in books.order_lines[order.pk]:
            found |= {(ORDER, order.pk, INVOICE, bill.invoice_id) for bill in books.bills_of(line)}
    for id in books.invoices:
        found |= {(INVOICE, id, PAYMENT, each.payment_id) for each in books.settlements[id]}
    there = {DEAL: books.deals, QUOTE: books.quotes, ORDER: books.orders, INVOICE: books.invoices,
             SHIPMENT: books.shipments, PAYMENT: books.payments}  # fmt: skip
    return {pair: "key" for pair in found if pair[1] in there[pair[0]] and pair[3] in there[pair[2]]}


def _told_by_order(books: Books, links: Links) -> Links:
    """The deal of a quote that names none itself, where an order names both."""
    told = {}
    for order in sorted(books.orders.values(), key=lambda order: order.opportunity_id or 0, reverse=True):
        both = order.opportunity_id in books.deals and order.quote_id in books.quotes
        if both and not parents(links, DEAL, QUOTE, order.quote_id):
            told[order.quote_id] = (DEAL, order.opportunity_id, QUOTE, order.quote_id)
    return {pair: "key" for pair in told.values()}


def _by_quote_number(books: Books, links: Links) -> Links:
    """Orders that write the number of a quote of the same customer; of several, the nearest in value."""
    found = {}
    for id, order in books.orders.items():
        written = (order.quote_number or "").strip().upper()
        named = [
            quote for quote in books.quotes.values()
            if quote.account_id == order.account_id
            and written in {(each or "").strip().upper() for each in (quote.number, quote.erp_number)}
        ]  # fmt: skip
        if written and named and not parents(links, QUOTE, ORDER, id):
            nearest = min(named, key=lambda quote: (_apart(quote.base_net_amount, order.base_net_amount), quote.pk))
            found[(QUOTE, nearest.pk, ORDER, id)] = "number"
    return found


def _by_purchase_order(books: Books, links: Links) -> Links:
    """Invoices that bear the customer's own number of an earlier order; of several, the nearest, then the latest."""
    found = {}
    for id, invoice in books.invoices.items():
        written = (invoice.customer_po or "").strip().upper()
        named = [
            order for order in books.orders.values()
            if order.account_id == invoice.account_id and live(order) and order.order_date <= invoice.invoice_date
            and (order.customer_po or "").strip().upper() == written
        ]  # fmt: skip
        if written and named and live(invoice) and not parents(links, ORDER, INVOICE, id):
            nearest = min(named, key=lambda order: (
                _apart(order.base_net_amount, invoice.base_net_amount), -order.order_date.toordinal(), order.pk,
            ))  # fmt: skip
            found[(ORDER, nearest.pk, INVOICE, id)] = "number"
    return found


def _deal_quote(books: Books, links: Links) -> Links:
    deals = {id: (deal, deal.base_amount, won_day(deal)) for id, deal in books.deals.items()}
    quotes = {id: (quote, quote.base_net_amount, quote.quote_date) for id, quote in books.quotes.items()}
    return _alike(links, DEAL, deals, QUOTE, quotes, -120, 14)


def _quote_order(books: Books, links: Links) -> Links:
    quotes = {
        id: (quote, quote.base_net_amount, quote.quote_date)
        for id, quote in books.quotes.items() if quote.status != "declined"
    }  # fmt: skip
    return _alike(links, QUOTE, quotes, ORDER, _loose_orders(books, links), 0, 60)


def _deal_order(books: Books, links: Links) -> Links:
    """Won deals that no quote leads on from to an order."""
    deals = {
        id: (deal, deal.base_amount, won_day(deal))
        for id, deal in books.deals.items()
        if deal.state == "won" and not any(
            children(links, QUOTE, quote, ORDER) for quote in children(links, DEAL, id, QUOTE)
        )
    }  # fmt: skip
    return _alike(links, DEAL, deals, ORDER, _loose_orders(books, links), -7, 60)


def _order_invoice(books: Books, links: Links) -> Links:
    orders = {id: (row, row.base_net_amount, row.order_date) for id, row in books.orders.items() if live(row)}
    bills = {id: (row, row.base_net_amount, row.invoice_date) for id, row in books.invoices.items() if live(row)}
    return _alike(links, ORDER, orders, INVOICE, bills, 0, 60)


def _invoice_payment(books: Books, links: Links) -> Links:
    bills = {
        id: (row, None if row.rate is None else row.gross_amount * row.rate, row.invoice_date)
        for id, row in books.invoices.items() if live(row)
    }  # fmt: skip
    money = {
        id: (row, row.base_amount, row.payment_date) for id, row in books.payments.items() if row.kind != "refund"
    }
    return _alike(links, INVOICE, bills, PAYMENT, money, 0, 60)


def _loose_orders(books: Books, links: Links) -> dict[int, Any]:
    """Orders of new business that nothing leads to yet."""
    return {
        id: (order, order.base_net_amount, order.order_date)
        for id, order in books.orders.items()
        if live(order) and order.order_type != "repeat" and not parents(links, QUOTE, ORDER, id)
        and not parents(links, DEAL, ORDER, id)
    }  # fmt: skip


def _alike(links: Links, left: int, lefts: Any, right: int, rights: Any, first: int, last: int) -> Links:
    """Pairs of one customer within two percent and so many days, both still alone, each the other's nearest."""
    near: dict[Place, tuple[Decimal, int]] = {}
    for a, (one, worth, day) in lefts.items():
        for b, (other, paid, later) in rights.items():
            if one.account_id != other.account_id or worth is None or paid is None or worth <= 0:
                continue
            off, days = abs(worth - paid), (later - day).days
            alone = not children(links, left, a, right) and not parents(links, left, right, b)
            if alone and off <= abs(paid) / 50 and first <= days <= last:
                near[(a, b)] = (off, abs(days))
    best_right = {a: min((near[pair], pair[1]) for pair in near if pair[0] == a)[1] for a, _ in near}
    best_left = {b: min((near[pair], pair[0]) for pair in near if pair[1] == b)[1] for _, b in near}
    return {(left, a, right, b): "inferred" for a, b in near if best_right[a] == b and best_left[b] == a}


def parents(links: Links, left: int, right: int, id: int) -> list[int]:
    """The documents of one kind that lead to another."""
    return [pair[1] for pair in links if (pair[0], pair[2], pair[3]) == (left, right, id)]


def children(links: Links, left: int, id: int, right: int) -> list[int]:
    """The documents of one kind that follow from another."""
    return [pair[3] for pair in links if (pair[0], pair[1], pair[2]) == (left, id, right)]


def parent(links: Links, right: int, id: int) -> Place | None:
    """The one document another goes back to: by the surest link, a quote before a deal, the first of several."""
    found = [
        (RANKS.index(how), -pair[0], pair[1]) for pair, how in links.items()
        if (pair[2], pair[3]) == (right, id) and pair[0] in (DEAL, QUOTE, ORDER)
    ]  # fmt: skip
    if not found:
        return None
    _, kind, first = min(found)
    return -kind, first


def root(links: Links, kind: int, id: int) -> Place:
    """Where a document goes back to: its deal, else the first document known."""
    place: Place = (kind, id)
    while (above := parent(links, *place)) is not None:
        place = above
    return place


def won_day(deal: Any) -> date:
    """The day a deal was closed, else is hoped to be."""
    return deal.closed_at.date() if deal.closed_at else deal.close_date


def _apart(one: Decimal | None, other: Decimal | None) -> Decimal:
    return abs((one or Decimal(0)) - (other or Decimal(0)))

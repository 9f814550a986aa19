"""What the exceptions of shipping, billing and payment mean, told one document at a time: E7 and E9 to E14.

Each gives the value at stake in our currency by the document or line it is about; None where no rate is known.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.quote_to_cash.links import INVOICE, ORDER
from tests.accounts.quote_to_cash.books import ZERO, Books, in_base, live, unit_price
from tests.accounts.quote_to_cash.plain_links import Links, parent
from tests.accounts.quote_to_cash.plain_orders import FLOOR, YEAR, Found

DAY = timedelta(days=1)


def shipped_not_invoiced(books: Books, links: Links, today: date) -> Found:
    """E7: goods left more than three days ago and are not billed; free ones are never billed."""
    found = {}
    for id, order in books.orders.items():
        values = []
        for line in books.order_lines[id]:
            gone, last = _gone_before(books, line, order, today - 3 * DAY)
            waiting = min(gone, line.quantity) - books.invoiced(line)
            if waiting > 0 and last is not None:
                values.append((unit_price(line) * waiting, last))
        value = sum((worth for worth, _ in values), ZERO)
        if live(order) and value > 0 and max(last for _, last in values) > today - YEAR:
            found[id] = in_base(value, order)
    return found


def _gone_before(books: Books, line: Any, order: Any, day: date) -> tuple[Decimal, date | None]:
    """How much of a line had left before a day, and when the last of it; by the order's day where nobody knows."""
    later = sum((quantity for left, quantity in books.sent[line.pk] if left >= day), ZERO)
    known = [left for left, _ in books.sent[line.pk] if left < day]
    last = max(known, default=order.order_date if order.order_date < day else None)
    return books.shipped(line) - later, last


def invoice_unlike_order(books: Books, links: Links, today: date) -> Found:
    """E9: a line bills more than is left of what was ordered, or another price by more than 1 % and more than 5."""
    found = {}
    for order in filter(live, books.orders.values()):
        for line in books.order_lines[order.pk]:
            left = line.quantity
            for bill in books.bills_of(line):
                within = max(min(left, bill.quantity), ZERO)
                left -= bill.quantity
                invoice = books.invoices[bill.invoice_id]
                if invoice.currency == order.currency and invoice.invoice_date > today - YEAR:
                    found |= _judged(bill, invoice, within, unit_price(line))
    return found


def _judged(bill: Any, invoice: Any, within: Decimal, price: Decimal) -> Found:
    """The line, if it is not what the part of it within the order should cost."""
    face = Decimal(1) if invoice.rate is None else invoice.rate
    want = price * within
    off = abs(bill.net_amount - want)
    wrong = within < bill.quantity or off * face > max(abs(want) * face / 100, Decimal(5))
    return {bill.pk: in_base(off, invoice)} if wrong else {}


def invoice_no_order(books: Books, links: Links, today: date) -> Found:
    """E10: an invoice above the floor that no order stands behind."""
    return {
        id: invoice.base_net_amount for id, invoice in books.invoices.items()
        if live(invoice) and parent(links, INVOICE, id) is None and (invoice.base_net_amount or ZERO) >= FLOOR
        and invoice.invoice_date > today - YEAR
    }  # fmt: skip


def double_invoice(books: Books, links: Links, today: date) -> Found:
    """E11: same customer, purchase order and amount within thirty days, unless they bill different order lines."""
    bills = [row for row in books.invoices.values() if live(row) and (row.customer_po or "").strip()]
    lines = {row.pk: _lines_billed(books, row.pk) for row in bills}

    def doubles(first: Any, second: Any) -> bool:
        same = all(_alike(first, second, name) for name in ("account_id", "gross_amount", "currency", "customer_po"))
        mine, other = lines[first.pk], lines[second.pk]
        after = (second.invoice_date, second.pk) > (first.invoice_date, first.pk)
        near = second.invoice_date - first.invoice_date <= 30 * DAY
        return same and after and near and (not mine or not other or bool(mine & other))

    return {
        second.pk: second.base_net_amount for second in bills
        if second.invoice_date > today - YEAR and second.gross_amount > 0
        and any(doubles(first, second) for first in bills)
    }  # fmt: skip


def _alike(one: Any, other: Any, name: str) -> bool:
    told, again = getattr(one, name), getattr(other, name)
    return (told.strip().upper() == again.strip().upper()) if name == "customer_po" else told == again


def _lines_billed(books: Books, invoice: int) -> set[int]:
    return {line for line, bills in books.billing_lines.items() if line and invoice in {b.invoice_id for b in bills}}


def billed_elsewhere(books: Books, links: Links, today: date) -> Found:
    """E12: an invoice names the order of another customer outside its group."""
    found = {}
    for (left, order, right, id), how in links.items():
        if (left, right, how) != (ORDER, INVOICE, "key"):
            continue
        invoice, of = books.invoices[id], books.orders[order].account_id
        if live(invoice) and books.group(invoice.account_id) != books.group(of) and invoice.invoice_date > today - YEAR:
            found[id] = invoice.base_net_amount
    return found


def paid_short(books: Books, links: Links, today: date) -> Found:
    """E13 of invoices: more than ten days after the last money came, more than one of ours is open or too much."""
    found = {}
    for id, invoice in books.invoices.items():
        came = [
            each.settled_date or books.payments[each.payment_id].payment_date
            for each in books.settlements[id] if each.payment_id in books.payments
        ]  # fmt: skip
        if not came or not today - YEAR < max(came) < today - 10 * DAY or not live(invoice):
            continue
        face = abs(invoice.open_amount) * (1 if invoice.rate is None else invoice.rate)
        if face > 1 and invoice.open_amount < invoice.gross_amount:
            found[id] = in_base(abs(invoice.open_amount), invoice)
    return found


def unapplied(books: Books, links: Links, today: date) -> Found:
    """E13 of payments: more than ten days after it came, more than one of ours is not applied; no deposit or refund."""
    return {
        id: money.base_unapplied_amount for id, money in books.payments.items()
        if money.kind in ("payment", None) and (money.base_unapplied_amount or ZERO) > 1
        and today - YEAR < money.payment_date < today - 10 * DAY
    }  # fmt: skip


def large_credit(books: Books, links: Links, today: date) -> Found:
    """E14: a credit note of the last ninety days takes back more than five percent of its invoice, in one currency."""
    found = {}
    for id, note in books.credits.items():
        invoice = books.invoices.get(note.invoice_id)
        if invoice is None or note.credit_date <= today - 90 * DAY:
            continue
        one = note.currency == invoice.currency
        back, whole = ((note.net_amount, invoice.net_amount) if one
                       else (note.base_net_amount, invoice.base_net_amount))  # fmt: skip
        if None not in (back, whole) and whole > 0 and back > whole / 20:
            found[id] = note.base_net_amount
    return found

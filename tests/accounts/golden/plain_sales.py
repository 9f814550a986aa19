"""What orders, quotes and bills say of how a customer buys, told again from documents."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from accounts import models
from tests.accounts.golden.plain_documents import ZERO, of, total, year_before


def rhythm(account: models.Account, today: date) -> dict[str, Any]:
    orders = [row for row in of(models.Order, account) if row.status not in ("cancelled", "draft")]
    days = sorted({row.order_date for row in orders if year_before(today, 2) < row.order_date <= today})
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    usual = Decimal(median(gaps)) if len(gaps) >= 3 else None
    last = max((row.order_date for row in orders), default=None)
    return {
        "order_interval": usual,
        "order_rhythm": Decimal((today - last).days) / usual if usual and last else None,
        "expected_order_date": last + timedelta(days=int(usual.to_integral_value(ROUND_HALF_UP)))
        if usual and last else None,
    }


def months(account: models.Account, today: date) -> list[Decimal] | None:
    """Net invoiced less credited by calendar month, the oldest of 24 first; None where nothing was."""
    bills = [
        (row.invoice_date, row.base_net_amount) for row in of(models.Invoice, account)
        if row.status not in ("cancelled", "draft")
    ] + [(row.credit_date, -(row.base_net_amount or 0)) for row in of(models.CreditNote, account)]  # fmt: skip
    told = [ZERO] * 24
    found = False
    for day, net in bills:
        back = (today.year - day.year) * 12 + today.month - day.month
        if day <= today and back < 24:
            found = True
            told[23 - back] += net or ZERO
    return [each.quantize(Decimal("0.01"), ROUND_HALF_UP) for each in told] if found else None


def sales(account: models.Account, today: date) -> dict[str, Any]:
    """What orders say about the quotes they name, and deals about campaigns."""
    orders = [
        row for row in of(models.Order, account)
        if row.status not in ("cancelled", "draft") and row.order_date > year_before(today)
    ]  # fmt: skip
    quotes = of(models.Quote, account)
    named = [
        (order, quote) for order in orders for quote in quotes
        if order.quote_id == quote.pk or (order.quote_number and order.quote_number in (quote.number, quote.erp_number))
    ]  # fmt: skip
    late = {order.pk for order, quote in named if quote.valid_until_date and order.order_date > quote.valid_until_date}
    won = [row for row in of(models.Opportunity, account) if row.state == "won"]
    led = set(
        models.Lead.objects.filter(deleted_at=None, campaign__isnull=False).values_list("opportunity_id", flat=True)
    )
    return {
        "late_quote_orders": len(late),
        "price_differences": len({line for order, quote in named for line in _dearer(order, quote)}),
        "attributed_revenue": total(row.base_amount for row in won if row.pk in led),
    }


def _dearer(order: models.Order, quote: models.Quote) -> set[int]:
    """Order lines whose unit price is not the one offered for the product."""
    offered = list(models.QuoteLine.objects.filter(quote=quote, deleted_at=None).select_related("product_ref"))
    found = set()
    for line in models.OrderLine.objects.filter(order=order, deleted_at=None).select_related("product_ref"):
        unit = line.net_amount / line.quantity
        for offer in offered:
            if line.product_ref is None or offer.product_ref is None or offer.currency != line.currency:
                continue
            same = offer.product_ref.product_id == line.product_ref.product_id
            if same and abs(offer.net_amount / offer.quantity - unit) > Decimal("0.005") * abs(unit):
                found.add(line.pk)
    return found

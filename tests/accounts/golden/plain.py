"""Every figure of a customer told again from its documents, slowly and in plain Python."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from django.db.models import Q

from accounts import models
from tests.accounts.golden.companies import TODAYS

ZERO = Decimal(0)
CENT = Decimal("0.0001")


def year_before(day: date, years: int = 1) -> date:
    """The same day of an earlier year."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def of(model: Any, account: models.Account) -> list[Any]:
    """Live documents of the customer."""
    return [row for row in model.objects.filter(account=account) if row.deleted_at is None]


def total(values: Any) -> Decimal | None:
    """The sum of what is known, None where nothing is."""
    known = [Decimal(value) for value in values if value is not None]
    return sum(known, ZERO) if known else None


def todays(row: Any, today: date, amount: str = "open_amount") -> Decimal | None:
    """What is open of a paper in our currency: at the latest rate of the day, else as booked."""
    known = models.CurrencyRate.objects.filter(currency=row.currency or "", rate_date__lte=today)
    latest, left = known.order_by("rate_date").last(), getattr(row, amount)
    return left * latest.rate if latest and left is not None else getattr(row, f"base_{amount}")


def money(account: models.Account, today: date, entity: str | None = None) -> dict[str, Any]:
    """What adds up over legal entities; of one of them where it is named."""

    def mine(model: Any) -> list[Any]:
        return [row for row in of(model, account) if entity is None or (row.legal_entity or "") == entity]

    invoices, credits, payments = mine(models.Invoice), mine(models.CreditNote), mine(models.Payment)
    orders = [row for row in mine(models.Order) if row.status not in ("cancelled", "draft")]
    bills = [
        (row.invoice_date, row.base_net_amount, row.gross_amount * row.rate if row.rate is not None else None)
        for row in invoices if row.status not in ("cancelled", "draft")
    ] + [
        (row.credit_date, None if row.base_net_amount is None else -row.base_net_amount,
         -row.gross_amount * row.rate if row.rate is not None else None)
        for row in credits
    ]  # fmt: skip
    bills = [bill for bill in bills if bill[0] <= today]
    last, before = year_before(today), year_before(today, 2)
    owed = [row for row in invoices if row.status == "open" and row.open_amount > 0]
    disputed = set(models.InvoiceDispute.objects.filter(state="open").values_list("invoice_id", flat=True))
    worth = {row.pk: todays(row, today) for row in owed}
    ahead = [(row.kind, todays(row, today, "unapplied_amount")) for row in payments]
    age = {row.pk: (today - row.due_date).days if row.due_date else 0 for row in owed}

    def aged(low: int, high: int) -> Decimal | None:
        return total(worth[row.pk] for row in owed if low <= age[row.pk] <= high)

    told = {
        "lifetime_value": total(net for _, net, _ in bills),
        "revenue_ttm": total(net for day, net, _ in bills if day > last),
        "revenue_previous": total(net for day, net, _ in bills if before < day <= last),
        "credit_sales_90d": total(gross for day, _, gross in bills if day > today - timedelta(days=90)),
        "opening_receivable": total(
            None if row.rate is None else row.gross_amount * row.rate
            for row in invoices
            if row.invoice_date <= today - timedelta(days=90)
            and (row.status == "open" or (row.status == "paid" and row.paid_date > today - timedelta(days=90)))
        ),
        "open_receivable": total(worth.values()),
        "not_due": aged(-99999, 0),
        "overdue_1_30": aged(1, 30),
        "overdue_31_60": aged(31, 60),
        "overdue_61_90": aged(61, 90),
        "overdue_over_90": aged(91, 99999),
        "overdue_receivable": aged(1, 99999),
        "disputed_receivable": total(worth[row.pk] for row in owed if row.disputed or row.pk in disputed),
        "open_credits": total(left for row in credits if (left := todays(row, today))),
        "unapplied_cash": total(left for kind, left in ahead if kind != "deposit"),
        "deposits": total(left for kind, left in ahead if kind == "deposit"),
        "held_orders": total(
            row.base_net_amount for row in orders if row.hold and row.status in ("confirmed", "partly_shipped")
        ),
        "open_items": len(owed),
        "unrated_items": sum(amount is None for amount in worth.values()),
    }
    told |= _lines(orders, last) | _settled(invoices, owed, today)
    told["exposure"] = sum(
        (told[name] or ZERO for name in ("open_receivable", "shipped_not_invoiced", "backlog")), ZERO
    ) - sum((told[name] or ZERO for name in ("unapplied_cash", "deposits")), ZERO)
    return told


def _lines(orders: list[Any], last: date) -> dict[str, Any]:
    backlog, waiting, sold, earned = [], [], [], []
    for order in orders:
        lines = list(models.OrderLine.objects.filter(order=order, deleted_at=None))
        pending = order.status in ("confirmed", "partly_shipped")
        if pending and not lines:
            backlog.append(order.base_net_amount)
        for line in lines:
            value = None if order.rate is None else line.net_amount * order.rate
            if pending:
                left = line.quantity - line.shipped_quantity
                backlog.append(None if value is None else value * left / line.quantity)
            if line.shipped_quantity > line.invoiced_quantity:
                left = line.shipped_quantity - line.invoiced_quantity
                waiting.append(None if value is None else value * left / line.quantity)
            if line.unit_cost is not None and order.order_date > last:
                sold.append(value)
                cost = None if order.rate is None else line.quantity * line.unit_cost * order.rate
                earned.append(None if value is None else value - cost)
    return {
        "backlog": total(backlog),
        "shipped_not_invoiced": total(waiting),
        "margin_revenue": total(sold),
        "margin": total(earned),
    }


def _settled(invoices: list[Any], owed: list[Any], today: date) -> dict[str, Any]:
    last = year_before(today)
    closed = [
        row for row in invoices if row.status == "paid" and row.due_date and last < row.paid_date <= today
    ]
    items = [
        (row.gross_amount * row.rate, (row.paid_date - row.due_date).days, (row.paid_date - row.invoice_date).days)
        for row in closed if row.rate is not None
    ]  # fmt: skip
    late = [
        (amount, (today - row.due_date).days)
        for row in owed if row.due_date and row.due_date < today and (amount := todays(row, today)) is not None
    ]  # fmt: skip
    both = [(amount, days) for amount, days, _ in items] + late
    return {
        "late_amount": total(amount for amount, _ in both),
        "late_money_days": total(amount * days for amount, days in both),
        "late_items": len(both),
        "paid_amount": total(amount for amount, _, _ in items),
        "paid_money_days": total(amount * taken for amount, _, taken in items),
        "paid_items": len(items),
    }


def whole(account: models.Account, today: date) -> dict[str, Any]:
    """Every figure of the customer."""
    told, last = money(account, today), year_before(today)
    tickets = of(models.Ticket, account)
    waiting = [row for row in tickets if row.status in ("new", "open", "waiting")]
    recent = [row for row in tickets if row.opened_at.date() > today - timedelta(days=180)]
    ratings = [row.csat for row in recent if row.csat is not None]
    answered = [row.first_response_at - row.opened_at for row in recent if row.first_response_at]
    promises = [row for row in of(models.Promise, account) if row.promised_date > year_before(today)]
    family = models.Account.objects.filter(Q(pk=account.pk, merged_into=None) | Q(merged_into=account))
    ours = models.PaymentPromise.objects.filter(account__in=family, promised_date__gt=year_before(today))
    given = [row.status for row in promises] + [row.state for row in ours]
    kept, broken = given.count("kept"), given.count("broken")
    returns = [row for row in of(models.GoodsReturn, account) if row.status != "cancelled"]
    contracts = [
        row for row in of(models.Contract, account)
        if row.status == "active" and (row.end_date is None or row.end_date >= today)
    ]  # fmt: skip
    talks = [
        row.happened_at for row in of(models.Activity, account)
        if row.kind != "note" and (row.kind == "meeting" or row.direction in ("in", "both"))
        and row.happened_at.date() <= today
    ]  # fmt: skip
    limit = account.credit_limit
    room = None if limit is None else limit * TODAYS["USD"] - told["exposure"]
    return (
        told
        | _rhythm(account, today)
        | _sales(account, today)
        | {
            "available_credit": room,
            "limit_used": told["exposure"] * 100 / (limit * TODAYS["USD"]) if limit else None,
            "days_beyond_terms": told["late_money_days"] / told["late_amount"] if told["late_amount"] else None,
            "days_to_pay": told["paid_money_days"] / told["paid_amount"] if told["paid_items"] >= 3 else None,
            "days_sales_outstanding": told["open_receivable"] * 90 / told["credit_sales_90d"]
            if told["open_receivable"] is not None and (told["credit_sales_90d"] or 0) > 0 else None,
            "overdue_share": (told["overdue_receivable"] or ZERO) * 100 / told["open_receivable"]
            if told["open_receivable"] else None,
            "gross_margin": told["margin"] * 100 / told["margin_revenue"] if told["margin_revenue"] else None,
            "open_promises": given.count("open"),
            "kept_promises": kept,
            "broken_promises": broken,
            "promise_kept_rate": Decimal(kept * 100) / (kept + broken) if kept + broken else None,
            "contract_value": total(row.base_value for row in contracts),
            "recurring_revenue": total(row.base_recurring_amount for row in contracts),
            "renewals_due": sum(today <= row.renewal_date <= today + timedelta(days=90) for row in contracts),
            "next_renewal_date": min((row.renewal_date for row in contracts if row.renewal_date >= today),
                                     default=None),
            "open_returns": sum(row.status in ("open", "received") for row in returns),
            "returns_ttm": sum(bool(row.return_date) and last < row.return_date <= today for row in returns),
            "breached_tickets": sum(bool(row.sla_breached) for row in waiting),
            "oldest_open_ticket_days": max(((today - row.opened_at.date()).days for row in waiting), default=None),
            "csat": Decimal(sum(ratings)) / len(ratings) if ratings else None,
            "csat_count": len(ratings),
            "first_response_hours": Decimal(median(gap.total_seconds() for gap in answered)) / 3600
            if answered else None,
            "last_two_way_at": max(talks, default=None),
        }
    )  # fmt: skip


def _rhythm(account: models.Account, today: date) -> dict[str, Any]:
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


def listed(account: models.Account, today: date) -> dict[str, Any]:
    """What lists show of the customer beside its figures."""
    deals = [row for row in of(models.Opportunity, account) if row.state == "open"]
    orders = [row for row in of(models.Order, account) if row.status not in ("cancelled", "draft")]
    waiting = [row for row in of(models.Ticket, account) if row.status in ("new", "open", "waiting")]
    owed = [row for row in of(models.Invoice, account) if row.status == "open" and row.open_amount > 0]
    pending = [row for row in orders if row.status in ("confirmed", "partly_shipped")]
    talks = [
        row.happened_at for row in of(models.Activity, account)
        if row.kind != "note" and row.happened_at.date() <= today
    ]  # fmt: skip
    return {
        "open_pipeline": total(row.base_amount for row in deals),
        "weighted_pipeline": total(
            None if row.base_amount is None else row.base_amount * (row.probability or 0) / 100 for row in deals
        ),
        "open_deals": len(deals),
        "open_orders": len(pending),
        "open_order_amount": total(row.base_net_amount for row in pending),
        "order_count": len(orders),
        "first_order_date": min((row.order_date for row in orders), default=None),
        "last_order_date": max((row.order_date for row in orders), default=None),
        "oldest_due_date": min((row.due_date for row in owed if row.due_date), default=None),
        "open_tickets": len(waiting),
        "severe_tickets": sum(row.priority == "severe" for row in waiting),
        "last_contact_at": max(talks, default=None),
        "contact_count": models.Contact.objects.filter(account=account, merged_into=None, record_count__gt=0).count(),
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


def _sales(account: models.Account, today: date) -> dict[str, Any]:
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


def rounded(value: Any) -> Any:
    """Amounts to four places, as they are kept."""
    return Decimal(value).quantize(CENT) if isinstance(value, Decimal) else value

"""What adds up over legal entities, told again from documents: billed, owed, paid, ordered and not shipped."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts import models
from tests.accounts.golden.plain_documents import ZERO, gross, of, rounded, todays, total, year_before


def money(account: models.Account, today: date, entity: str | None = None) -> dict[str, Any]:
    """What adds up over legal entities; of one of them where it is named."""

    def mine(model: Any) -> list[Any]:
        return [row for row in of(model, account) if entity is None or (row.legal_entity or "") == entity]

    invoices, credits, payments = mine(models.Invoice), mine(models.CreditNote), mine(models.Payment)
    orders = [row for row in mine(models.Order) if row.status not in ("cancelled", "draft")]
    bills = [
        (row.invoice_date, row.base_net_amount, gross(row))
        for row in invoices if row.status not in ("cancelled", "draft")
    ] + [
        (row.credit_date, None if row.base_net_amount is None else -row.base_net_amount,
         None if row.rate is None else -gross(row))
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
        "credit_sales_90d": total(amount for day, _, amount in bills if day > today - timedelta(days=90)),
        "opening_receivable": total(
            gross(row) for row in invoices
            if row.invoice_date <= today - timedelta(days=90)
            and (row.status == "open" or (_paid(row) and row.paid_date > today - timedelta(days=90)))
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
            exact = None if order.rate is None else line.net_amount * order.rate
            value = rounded(exact)
            if pending:
                left = line.quantity - line.shipped_quantity
                backlog.append(None if exact is None else rounded(exact * left / line.quantity))
            if line.shipped_quantity > line.invoiced_quantity:
                left = line.shipped_quantity - line.invoiced_quantity
                waiting.append(None if exact is None else rounded(exact * left / line.quantity))
            if line.unit_cost is not None and order.order_date > last:
                sold.append(value)
                cost = None if order.rate is None else rounded(line.quantity * line.unit_cost * order.rate)
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
        row for row in invoices if _paid(row) and last < row.paid_date <= today and row.rate is not None
    ]
    taken = [(gross(row), (row.paid_date - row.invoice_date).days) for row in closed]
    kept = [(gross(row), (row.paid_date - row.due_date).days) for row in closed if row.due_date]
    late = [
        (amount, (today - row.due_date).days)
        for row in owed if row.due_date and row.due_date < today and (amount := todays(row, today)) is not None
    ]  # fmt: skip
    both = kept + late
    return {
        "late_amount": total(amount for amount, _ in both),
        "late_money_days": total(amount * days for amount, days in both),
        "late_items": len(both),
        "paid_amount": total(amount for amount, _ in taken),
        "paid_money_days": total(amount * days for amount, days in taken),
        "paid_items": len(taken),
    }


def _paid(invoice: Any) -> bool:
    """Whether an invoice is paid, and on a day that somebody told."""
    return invoice.status == "paid" and invoice.paid_date is not None

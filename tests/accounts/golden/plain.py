"""Every figure of a customer told again from its documents, slowly and in plain Python."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Q

from accounts import models
from tests.accounts.golden.companies import TODAYS
from tests.accounts.golden.plain_documents import ZERO, of, total, year_before
from tests.accounts.golden.plain_money import money
from tests.accounts.golden.plain_sales import rhythm, sales


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
        | rhythm(account, today)
        | sales(account, today)
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

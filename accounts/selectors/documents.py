"""Documents of one customer, the latest first. The customer was already found to be the user's to see."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from accounts import models
from accounts.access import restrict
from accounts.access.fields import Reader, may_list
from accounts.catalogue import load
from accounts.models import Account, Invoice
from accounts.selectors.receivables import bucket_of, days_overdue, is_open
from accounts.selectors.sections import Section, section
from accounts.selectors.sources import sources

# What the latest is, per document; also the column of its index beside the customer.
LATEST = {
    "opportunity": "close_date",
    "quote": "quote_date",
    "order": "order_date",
    "shipment": "shipped_date",
    "invoice": "invoice_date",
    "payment": "payment_date",
    "credit_note": "credit_date",
    "goods_return": "return_date",
    "promise": "promised_date",
    "ticket": "opened_at",
    "activity": "happened_at",
    "contract": "start_date",
    "insight": "scored_at",
    "usage": "period_start_date",
}


def documents_of(user: Reader, account: Account, object: str) -> QuerySet[Any]:
    """Live documents of one kind and customer, the latest first."""
    rows = getattr(models, load()[object].model).objects.filter(account=account)
    return restrict(rows, user, object, account_path=None).order_by(F(LATEST[object]).desc(nulls_last=True), "-id")


def list_documents(user: Reader, account: Account, object: str, *, limit: int = 25, **more: Any) -> Section | None:
    """A section of documents, None where the user sees no rows of the kind."""
    if not may_list(user, object):
        return None
    return section(user, object, documents_of(user, account, object), sources(), limit=limit, **more)


def list_opportunities(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Deals."""
    return list_documents(user, account, "opportunity", limit=limit)


def list_quotes(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Offers made."""
    return list_documents(user, account, "quote", limit=limit)


def list_orders(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Orders."""
    return list_documents(user, account, "order", limit=limit)


def list_shipments(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Shipments."""
    return list_documents(user, account, "shipment", limit=limit)


def list_invoices(user: Reader, account: Account, *, as_of: date, limit: int = 25) -> Section | None:
    """Invoices with the days they are overdue and the bucket they age in."""
    return list_documents(user, account, "invoice", limit=limit, extra=lambda row: _ageing_of(row, as_of))


def list_payments(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Money received."""
    return list_documents(user, account, "payment", limit=limit)


def list_credit_notes(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Credit notes."""
    return list_documents(user, account, "credit_note", limit=limit)


def list_tickets(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Tickets."""
    return list_documents(user, account, "ticket", limit=limit)


def list_activities(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Calls, meetings, mails and notes."""
    return list_documents(user, account, "activity", limit=limit)


def list_contracts(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Contracts."""
    return list_documents(user, account, "contract", limit=limit)


def list_insights(user: Reader, account: Account, *, limit: int = 25) -> Section | None:
    """Scores of AI tools, each with its model, version and time."""
    return list_documents(user, account, "insight", limit=limit)


def _ageing_of(row: Invoice, as_of: date) -> dict[str, Any]:
    """Days overdue and bucket of an open item; a closed one has neither."""
    if not is_open(row):
        return {"days_overdue": None, "bucket": None}
    days = days_overdue(row.due_date, as_of)
    return {"days_overdue": max(days, 0), "bucket": bucket_of(days)}

"""Worked examples that others published, told again by the figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AccountFigures, Invoice
from tests.accounts.golden.companies import Company
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db


def bill(company: Company, amount: int, *, due: int, paid: int | None = None, billed: int = 60) -> None:
    """An invoice due and paid so many days ago."""
    owed = Decimal(0 if paid is not None else amount)
    Invoice.objects.create(
        source=company.source, key=f"I{Invoice.objects.count()}", published_at=NOW, account=company.accounts[0],
        status="open" if paid is None else "paid", gross_amount=amount, net_amount=amount, base_net_amount=amount,
        rate=1,
        open_amount=owed, base_open_amount=owed, invoice_date=TODAY - timedelta(billed),
        due_date=TODAY - timedelta(due), paid_date=None if paid is None else TODAY - timedelta(paid),
    )  # fmt: skip


def told(company: Company) -> AccountFigures:
    """The figures of its customer."""
    company.renew()
    return AccountFigures.objects.get(account=company.accounts[0])


def test_days_late_are_weighted_by_amount() -> None:
    """Oracle's example: 2, 5 and 4 days late are 3.67 in the plain mean, 4.0 by amounts of 100, 200 and 300."""
    company = Company(1, 0)
    for amount, late in ((100, 2), (200, 5), (300, 4)):
        bill(company, amount, due=30, paid=30 - late)

    assert told(company).days_beyond_terms == Decimal(4)


def test_customer_who_stops_paying_grows_later_by_the_day() -> None:
    """Closed items alone would leave it unchanged."""
    company = Company(1, 0)
    bill(company, 300, due=30, paid=26)
    bill(company, 300, due=50)

    assert told(company).days_beyond_terms == Decimal(27)  # (300 × 4 + 300 × 50) ÷ 600


def test_days_to_pay_ask_for_no_due_date_and_for_three_invoices() -> None:
    """Ten, twenty and thirty days by amounts of 100, 200 and 300; how late the one without terms was, nobody knows."""
    company = Company(1, 0)
    for amount, taken in ((100, 10), (200, 20)):
        bill(company, amount, due=60 - taken, paid=60 - taken)
    assert told(company).days_to_pay is None
    bill(company, 300, due=0, paid=30)
    Invoice.objects.filter(gross_amount=300).update(due_date=None)

    found = told(company)
    assert (round(found.days_to_pay, 2), found.days_beyond_terms) == (Decimal("23.33"), Decimal(0))


def test_dso_is_open_by_billed_times_the_window() -> None:
    """Net receivable of a third of what 90 days billed are 30 days; nothing billed is no number."""
    company = Company(1, 0)
    bill(company, 600, due=10, paid=20)
    bill(company, 300, due=-5)

    assert told(company).days_sales_outstanding == Decimal(30)
    Invoice.objects.update(invoice_date=TODAY - timedelta(200))
    assert told(company).days_sales_outstanding is None

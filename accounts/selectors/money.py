"""The currency that figures across documents are told in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models.functions import Now, TruncDate

from accounts.frames import rows
from accounts.models import Account, CurrencyRate
from accounts.selectors.snapshot import once

FALLBACK = "EUR"


@once
def base_currency() -> str:
    """Our base currency: worth one since before any rate, which is how an applied policy names it."""
    found = CurrencyRate.objects.filter(rate=1).order_by("rate_date", "currency").first()
    return found.currency if found else FALLBACK


@once
def latest_rates() -> dict[str, Decimal]:
    """What one unit of each currency is worth in our base currency by the latest rate that holds today."""
    known = CurrencyRate.objects.filter(rate_date__lte=TruncDate(Now()))
    latest = known.order_by("currency", "-rate_date").distinct("currency")
    return dict(latest.values_list("currency", "rate")) or {FALLBACK: Decimal(1)}


# Grain: one foreign currency in which something of the customer is open, with the rate it is told at.
OPEN_RATES = """
    SELECT DISTINCT ON (r.currency) r.currency, r.rate, r.rate_date FROM accounts_currencyrate r
    WHERE r.rate_date <= %(today)s AND r.currency <> %(base)s AND r.currency IN (
        SELECT currency FROM accounts_invoice WHERE account_id = %(account)s AND status = 'open' AND open_amount > 0
            AND deleted_at IS NULL
        UNION SELECT currency FROM accounts_creditnote WHERE account_id = %(account)s AND deleted_at IS NULL
            AND open_amount > 0
        UNION SELECT currency FROM accounts_payment WHERE account_id = %(account)s AND deleted_at IS NULL
            AND unapplied_amount > 0)
    ORDER BY r.currency, r.rate_date DESC"""


def rates_behind(account: Account, day: date) -> list[tuple[str, Decimal, date]]:
    """Currency, rate and the rate's date of what is open with the customer in other currencies than ours."""
    return rows(OPEN_RATES, {"account": account.pk, "today": day, "base": base_currency()})

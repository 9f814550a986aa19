"""The currency that figures across documents are told in."""

from __future__ import annotations

from decimal import Decimal

from accounts.models import CurrencyRate
from accounts.selectors.snapshot import once

FALLBACK = "EUR"


@once
def base_currency() -> str:
    """Our base currency: worth one since before any rate, which is how an applied policy names it."""
    found = CurrencyRate.objects.filter(rate=1).order_by("rate_date", "currency").first()
    return found.currency if found else FALLBACK


@once
def latest_rates() -> dict[str, Decimal]:
    """What one unit of each currency is worth in our base currency by the latest rate known."""
    latest = CurrencyRate.objects.order_by("currency", "-rate_date").distinct("currency")
    return dict(latest.values_list("currency", "rate")) or {FALLBACK: Decimal(1)}

"""The currency that figures across documents are told in."""

from __future__ import annotations

from accounts.models import CurrencyRate

FALLBACK = "EUR"


def base_currency() -> str:
    """Our base currency: the one whose rate is always one."""
    found = CurrencyRate.objects.filter(rate=1).order_by("rate_date", "currency").first()
    return found.currency if found else FALLBACK

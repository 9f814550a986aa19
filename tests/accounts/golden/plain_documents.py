"""What a customer's documents say, slowly and in plain Python: live ones, what is open of them, what they sum to."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from accounts import models

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
    """What is open of a paper in our currency: at the latest rate of the day, else as booked; rounded as it is kept."""
    known = models.CurrencyRate.objects.filter(currency=row.currency or "", rate_date__lte=today)
    latest, left = known.order_by("rate_date").last(), getattr(row, amount)
    return rounded(left * latest.rate if latest and left is not None else getattr(row, f"base_{amount}"))


def gross(row: Any) -> Decimal | None:
    """A paper's gross amount in our currency at its own rate, rounded as it is kept."""
    return None if row.rate is None else rounded(row.gross_amount * row.rate)


def rounded(value: Any) -> Any:
    """Amounts to four places, as they are kept."""
    return Decimal(value).quantize(CENT, ROUND_HALF_UP) if isinstance(value, Decimal) else value

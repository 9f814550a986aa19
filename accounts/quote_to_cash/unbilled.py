"""What was shipped and not billed, by how long ago the last of it left."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounts.quote_to_cash.kpis import sum_up
from accounts.quote_to_cash.slices import Slice

BUCKETS = (("Under 4 days", 0, 3), ("4–30 days", 4, 30), ("31–60 days", 31, 60), ("Over 60 days", 61, 99_999))
OLD = 30
# Grain: one chain with something unbilled; where no shipment is known, age counts from the order.
AGED = """
    SELECT {sums} FROM (
        SELECT c.unbilled_amount, greatest(date '{today}' - coalesce((
            SELECT max(s.shipped_date) FROM accounts_shipment s
            WHERE s.id = ANY(c.shipment_ids) AND s.deleted_at IS NULL), c.ordered_date, '{today}'), 0) AS age FROM c
    ) c"""


def get_unbilled(part: Slice, *, today: date) -> tuple[tuple[str, Decimal], ...]:
    """Value at order price by age in days; nothing for who does not see invoices."""
    if not part.sees("order", "receivable"):
        return ()
    sums = ", ".join(f"sum(unbilled_amount) FILTER (WHERE age BETWEEN {low} AND {high})" for _, low, high in BUCKETS)
    found = sum_up(
        AGED.format(sums=sums, today=today.isoformat()), part.chains().filter(unbilled_amount__gt=0),
        ("unbilled_amount", "shipment_ids", "ordered_date"),
    )  # fmt: skip
    return tuple((label, Decimal(value or 0)) for (label, _, _), value in zip(BUCKETS, found, strict=True))


def older(aged: tuple[tuple[str, Decimal], ...]) -> Decimal:
    """What left more than thirty days ago."""
    return sum((value for (_, value), (_, low, _) in zip(aged, BUCKETS, strict=False) if low > OLD), Decimal(0))

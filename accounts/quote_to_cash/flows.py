"""Where the money of a cohort is: from won to paid, each amount counted once at every step.

What was ordered beyond the deal, or billed beyond the order, is cut off at the step before, so that what flows
in also flows out; the sums as booked stand beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounts.quote_to_cash.kpis import sum_up
from accounts.quote_to_cash.slices import Slice

# Each stage: what reached it, and the parts that left it; grain: one chain.
FLOW = """
    SELECT sum(won), sum(ordered), sum(shipped), sum(invoiced), sum(paid), sum(overdue),
        sum(booked_ordered), sum(booked_shipped), sum(booked_invoiced), sum(booked_paid)
    FROM (
        SELECT won, ordered, shipped, invoiced, least(invoiced * paid_share, invoiced) AS paid,
            least(invoiced * overdue_share, invoiced) AS overdue,
            booked_ordered, booked_shipped, booked_invoiced, booked_paid
        FROM (
            SELECT won, ordered, shipped, least(shipped, coalesce(invoiced_amount, 0)) AS invoiced,
                coalesce(paid_amount / nullif(invoiced_amount, 0), 0) AS paid_share,
                coalesce(overdue_amount / nullif(invoiced_amount, 0), 0) AS overdue_share,
                coalesce(ordered_amount, 0) AS booked_ordered, coalesce(shipped_amount, 0) AS booked_shipped,
                coalesce(invoiced_amount, 0) AS booked_invoiced, coalesce(paid_amount, 0) AS booked_paid
            FROM (
                SELECT c.*, least(ordered, coalesce(greatest(shipped_amount, invoiced_amount), 0)) AS shipped
                FROM (
                    SELECT c.*, {start} AS won, least({start}, coalesce(ordered_amount, 0)) AS ordered FROM c
                    WHERE {which}
                ) c
            ) c
        ) c
    ) c"""


@dataclass(frozen=True)
class Stage:
    """One step of the funnel: what got there of what was won, and what documents add up to."""

    name: str
    amount: Decimal
    booked: Decimal


@dataclass(frozen=True)
class Flow:
    """Money by where it stands."""

    stages: tuple[Stage, ...]
    parts: tuple[tuple[str, str, Decimal], ...]  # from, to, amount


def get_flow(part: Slice) -> Flow:
    """Where the won value of a cohort stands; from orders on for who does not see deals."""
    deals = part.sees("pipeline")
    names = {"start": "deal_amount", "which": "state = 'won' AND deal_amount > 0"} if deals else {
        "start": "ordered_amount", "which": "ordered_amount > 0"}  # fmt: skip
    found = [Decimal(value or 0) for value in sum_up(FLOW.format(**names), part.chains())]
    won, ordered, shipped, invoiced, paid, overdue = found[:6]
    stages = [Stage("Won", won, won)] if deals else []
    stages += [Stage("Ordered", ordered, found[6]), Stage("Shipped", shipped, found[7])]
    parts = [("Won", "Ordered", ordered), ("Won", "Not ordered", won - ordered)] if deals else []
    parts += [("Ordered", "Shipped", shipped), ("Ordered", "Not shipped", ordered - shipped)]
    if part.sees("receivable"):
        stages += [Stage("Invoiced", invoiced, found[8]), Stage("Paid", paid, found[9])]
        parts += [
            ("Shipped", "Invoiced", invoiced),
            ("Shipped", "Not invoiced", shipped - invoiced),
            ("Invoiced", "Paid", paid),
            ("Invoiced", "Overdue", overdue),
            ("Invoiced", "Not due", max(invoiced - paid - overdue, Decimal(0))),
        ]
    return Flow(tuple(stages), tuple(parts))

"""A change as bars that hang from each other: places in percent of the width, for the page to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, its points, and where it lies between the lowest and the highest total."""

    label: str
    points: Decimal
    kind: str
    left: float
    width: float
    note: str = ""


def waterfall(before: Decimal, parts: Sequence[tuple[str, Decimal, str, str]], after: Decimal) -> list[Bar]:
    """Bars from the score before to the score after; parts are (label, points, kind, note)."""
    totals = [before]
    for _, points, *_ in parts:
        totals.append(totals[-1] + points)
    low = max(min(*totals, after) - 5, Decimal(0))
    span = max(max(*totals, after) - low, Decimal(1))

    def place(start: Decimal, end: Decimal) -> tuple[float, float]:
        left, right = min(start, end) - low, max(start, end) - low
        return round(float(left / span * 100), 2), round(max(float((right - left) / span * 100), 0.4), 2)

    bars = [Bar("Before", before, "total", *place(low, before))]
    for (label, points, kind, note), start, end in zip(parts, totals[:-1], totals[1:], strict=True):
        bars.append(Bar(label, points, kind, *place(start, end), note))
    return [*bars, Bar("After", after, "total", *place(low, after))]

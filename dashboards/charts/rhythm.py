"""Orders on a line of time, with the days around which the next is expected, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median, quantiles

WIDTH, BACK, AHEAD = 1000, 400, 60
FEW = 4  # orders before there is a rhythm


@dataclass(frozen=True)
class Rhythm:
    """Dots, the expected days and the marks of months as places from 0 to 1000, with what they say."""

    finding: str
    summary: str
    dots: Sequence[tuple[float, date, str]]
    band: tuple[float, float] | None
    today: float
    months: Sequence[tuple[float, date]]
    usual: float | None
    due: date | None

    @property
    def width(self) -> float:
        """How wide the expected days are."""
        return self.band[1] - self.band[0] if self.band else 0.0


def rhythm_chart(days: Sequence[tuple[date, str]], today: date) -> Rhythm | None:
    """The strip of the last thirteen months; None where nothing was ordered."""
    if not days:
        return None
    start = today - timedelta(days=BACK)
    usual, early, late = _usual([day for day, _ in days])
    last = days[-1][0]
    due = last + timedelta(days=round(usual)) if usual else None
    band = None
    if usual and early and late:
        ends = [_place(last + timedelta(days=round(part)), start) for part in (early, late)]
        band = (min(max(ends[0], 0), WIDTH), min(max(ends[1], 0), WIDTH))
        band = band if band[1] - band[0] > 2 else None
    shown = [(_place(day, start), day, numbers) for day, numbers in days if day >= start]
    finding = _finding(usual, last, today)
    return Rhythm(
        finding, f"{finding}. {len(shown)} order days in 13 months, the last on {last:%d %B %Y}.", shown, band,
        _place(today, start), _marks(start, today), usual, due,
    )  # fmt: skip


def _usual(days: Sequence[date]) -> tuple[float | None, float, float]:
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    if len(days) < FEW:
        return None, 0, 0
    low, _, high = quantiles(gaps, n=4)
    return float(median(gaps)), max(low, 1), max(high, low + 1)


def _finding(usual: float | None, last: date, today: date) -> str:
    if not usual:
        return "Too few orders for a rhythm"
    since, every = (today - last).days, f"every {usual:.0f} days"
    if since <= usual * 1.25:
        return f"Orders {every} and is on rhythm"
    return f"Usually orders {every}; the last was {since} days ago"


def _place(day: date, start: date) -> float:
    return round((day - start).days / (BACK + AHEAD) * WIDTH, 1)


def _marks(start: date, today: date) -> list[tuple[float, date]]:
    first = start.year * 12 + start.month
    last = today.year * 12 + today.month
    days = [date(n // 12, n % 12 + 1, 1) for n in range(first, last + 1, 2)]
    return [(_place(day, start), day) for day in days if day >= start]

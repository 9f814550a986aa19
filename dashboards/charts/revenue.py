"""Two years of monthly revenue: this year as bars, the year before as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class RevenueChart:
    """A figure with the finding it shows, said in words too, and its numbers as rows."""

    finding: str
    summary: str
    figure: dict[str, Any]
    rows: Sequence[tuple[date, Decimal, Decimal | None]]


def revenue_chart(months: Sequence[Decimal], to_date: date, currency: str) -> RevenueChart | None:
    """The chart of up to 24 monthly amounts that end with the month of `to_date`; None where nothing was invoiced."""
    if not any(months):
        return None
    starts = _month_starts(to_date, len(months))
    now, before = list(months[-12:]), list(months[-24:-12])
    before = [None] * (len(now) - len(before)) + before  # type: ignore[list-item]
    rows = list(zip(starts[-12:], now, before, strict=True))
    return RevenueChart(_finding(now, before), _summary(rows, currency), _figure(rows, currency), rows)


def _month_starts(to_date: date, count: int) -> list[date]:
    number = to_date.year * 12 + to_date.month - 1
    return [date(place // 12, place % 12 + 1, 1) for place in range(number - count + 1, number + 1)]


def _finding(now: Sequence[Decimal], before: Sequence[Decimal | None]) -> str:
    this, last = sum(now), sum(value or 0 for value in before)
    if not last:
        return "First year of revenue"
    change = float((this - last) / last)
    if abs(change) < 0.03:
        return "Revenue holds last year’s level"
    return f"Revenue is {abs(change):.0%} {'above' if change > 0 else 'below'} the year before".replace("%", " %")


def _summary(rows: Sequence[tuple[date, Decimal, Decimal | None]], currency: str) -> str:
    month, best, _ = max(rows, key=lambda row: row[1])
    total = sum(row[1] for row in rows)
    return (
        f"Net invoiced {total:,.0f} {currency} in twelve months; "
        f"the strongest was {month:%B %Y} with {best:,.0f} {currency}."
    )


def _figure(rows: Sequence[tuple[date, Decimal, Decimal | None]], currency: str) -> dict[str, Any]:
    labels = [f"{month:%b}" if place and month.month != 1 else f"{month:%b}<br>{month:%Y}" for place, (month, *_) in enumerate(rows)]
    places = list(range(len(rows)))
    spoken = [f"{month:%B %Y}" for month, *_ in rows]
    bars = {
        "type": "bar", "x": places, "y": [float(row[1]) for row in rows], "customdata": spoken, "name": "Last 12 months",
        "marker": {"color": "var:accent", "cornerradius": 3}, "hovertemplate": f"%{{customdata}}: %{{y:,.0f}} {currency}<extra></extra>",
    }  # fmt: skip
    line = {
        "type": "scatter", "mode": "lines", "x": places, "y": [None if row[2] is None else float(row[2]) for row in rows],
        "name": "Year before", "line": {"color": "var:muted", "width": 2, "shape": "hvh"},
        "hovertemplate": f"a year before: %{{y:,.0f}} {currency}<extra></extra>",
    }  # fmt: skip
    axis = {"fixedrange": True, "zeroline": False}
    return {
        "data": [bars, line],
        "layout": {
            "margin": {"l": 48, "r": 4, "t": 8, "b": 36}, "bargap": 0.34, "showlegend": False, "hovermode": "x unified",
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
            "hoverlabel": {"bgcolor": "var:raised", "bordercolor": "var:line-strong", "font": {"color": "var:text"}},
            "xaxis": axis | {"tickmode": "array", "tickvals": places, "ticktext": labels, "showgrid": False, "linecolor": "var:line-strong", "showline": True},
            "yaxis": axis | {"gridcolor": "var:line", "tickformat": "~s", "nticks": 5, "rangemode": "tozero"},
        },
    }  # fmt: skip

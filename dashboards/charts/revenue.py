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
    """The chart of up to 24 months that end with that of `to_date`; None where nothing was invoiced."""
    if not any(months):
        return None
    starts = _month_starts(to_date, len(months))
    now, known = list(months[-12:]), list(months[-24:-12])
    before: list[Decimal | None] = [*[None] * (len(now) - len(known)), *known]
    rows = list(zip(starts[-12:], now, before, strict=True))
    return RevenueChart(_finding(rows), _summary(rows, currency), _figure(rows, currency), rows)


def _month_starts(to_date: date, count: int) -> list[date]:
    number = to_date.year * 12 + to_date.month - 1
    return [date(place // 12, place % 12 + 1, 1) for place in range(number - count + 1, number + 1)]


def _finding(rows: Sequence[tuple[date, Decimal, Decimal | None]]) -> str:
    """Not the change on the year: the headline tells that to the day, and months would tell another figure."""
    if not any(before for _, _, before in rows):
        return "First year of revenue"
    month, best, _ = max(rows, key=lambda row: row[1])
    return f"{month:%B} was the strongest month" if best else "Nothing invoiced in twelve months"


def _summary(rows: Sequence[tuple[date, Decimal, Decimal | None]], currency: str) -> str:
    month, best, _ = max(rows, key=lambda row: row[1])
    total = sum(row[1] for row in rows)
    return (
        f"Net invoiced {total:,.0f} {currency} in twelve months; "
        f"the strongest was {month:%B %Y} with {best:,.0f} {currency}."
    )


def _figure(rows: Sequence[tuple[date, Decimal, Decimal | None]], currency: str) -> dict[str, Any]:
    places = list(range(len(rows)))
    axis = {"fixedrange": True, "zeroline": False}
    across = axis | {"tickmode": "array", "tickvals": places, "ticktext": _labels(rows), "showgrid": False}
    up = axis | {"gridcolor": "var:line", "tickformat": "~s", "nticks": 5, "rangemode": "tozero"}
    layout = {
        "margin": {"l": 48, "r": 4, "t": 8, "b": 36},
        "bargap": 0.34,
        "showlegend": False,
        "hovermode": "x unified",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {
            "bgcolor": "var:raised",
            "bordercolor": "var:line-strong",
            "font": {"color": "var:text"},
        },
        "xaxis": across | {"linecolor": "var:line-strong", "showline": True, "tickangle": 0},
        "yaxis": up,
    }
    return {"data": [_bars(rows, places, currency), _line(rows, places, currency)], "layout": layout}


def _labels(rows: Sequence[tuple[date, Decimal, Decimal | None]]) -> list[str]:
    """Months, with the year under the first and under each January."""
    return [
        f"{month:%b}" if place and month.month != 1 else f"{month:%b}<br>{month:%Y}"
        for place, (month, *_) in enumerate(rows)
    ]


def _bars(rows: Sequence[tuple[date, Decimal, Any]], places: Sequence[int], currency: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": "Last 12 months",
        "x": places,
        "y": [float(amount) for _, amount, _ in rows],
        "customdata": [f"{month:%B %Y}" for month, *_ in rows],
        "marker": {"color": "var:accent", "cornerradius": 3},
        "hovertemplate": f"%{{customdata}}: %{{y:,.0f}} {currency}<extra></extra>",
    }


def _line(rows: Sequence[tuple[date, Decimal, Any]], places: Sequence[int], currency: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Year before",
        "x": places,
        "y": [None if before is None else float(before) for *_, before in rows],
        "line": {"color": "var:muted", "width": 2, "shape": "hvh"},
        "hovertemplate": f"a year before: %{{y:,.0f}} {currency}<extra></extra>",
    }

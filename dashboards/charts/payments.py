"""Each invoice as a dot: the day it was paid and how late; the median of the last seven as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

AROUND = 7  # invoices a median looks back over
FEW = 3
Point = tuple[date, int, str]  # paid, days late, number


@dataclass(frozen=True)
class PaymentChart:
    """A figure with what it shows, said in words too, and its numbers as rows."""

    finding: str
    summary: str
    figure: dict[str, Any]
    rows: Sequence[Point]


def payment_chart(points: Sequence[Point]) -> PaymentChart | None:
    """The chart of paid invoices, the earliest first; None with fewer than three."""
    if len(points) < FEW:
        return None
    lates = [late for _, late, _ in points]
    line = [median(lates[max(0, place - AROUND + 1) : place + 1]) for place in range(len(lates))]
    finding = _finding(points)
    over = sum(late > 0 for late in lates)
    summary = f"{finding}. {over} of {len(points)} invoices were paid after the due date."
    return PaymentChart(finding, summary, {"data": _data(points, line), "layout": _layout()}, list(reversed(points)))


def _finding(points: Sequence[Point]) -> str:
    half = len(points) // 2
    before, now = (median(late for _, late, _ in part) for part in (points[:half], points[half:]))
    said = f"{abs(now):.0f} days {'late' if now > 0 else 'early'}" if round(now) else "on the due date"
    if abs(now - before) < 3:
        return f"Pays {said}, as before"
    return f"Pays {said}, {abs(now - before):.0f} days {'later' if now > before else 'sooner'} than before"


def _data(points: Sequence[Point], line: Sequence[float]) -> list[dict[str, Any]]:
    days = [day.isoformat() for day, *_ in points]
    dots = {
        "type": "scatter", "mode": "markers", "name": "Invoice", "x": days, "y": [late for _, late, _ in points],
        "customdata": [number for *_, number in points],
        "marker": {"size": 8, "color": ["var:bad" if late > 0 else "var:ok" for _, late, _ in points],
                   "symbol": ["circle" if late > 0 else "circle-open" for _, late, _ in points]},
        "hovertemplate": "%{customdata}: %{y:+d} days, paid %{x|%d %b %Y}<extra></extra>",
    }  # fmt: skip
    typical = {
        "type": "scatter", "mode": "lines", "name": "Median of seven", "x": days, "y": list(line),
        "line": {"color": "var:muted", "width": 2}, "hoverinfo": "skip",
    }  # fmt: skip
    return [typical, dots]


def _layout() -> dict[str, Any]:
    return {
        "margin": {"l": 40, "r": 70, "t": 8, "b": 28}, "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"bgcolor": "var:raised", "bordercolor": "var:line-strong", "font": {"color": "var:text"}},
        "xaxis": {"type": "date", "fixedrange": True, "showgrid": False, "tickformat": "%b %Y", "nticks": 6},
        "yaxis": {"fixedrange": True, "gridcolor": "var:line", "zeroline": False, "nticks": 5, "ticksuffix": " d"},
        "shapes": [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0,
                    "line": {"color": "var:ok", "width": 1.5}}],
        "annotations": [{"text": "Due date", "xref": "paper", "x": 1.01, "y": 0, "xanchor": "left", "showarrow": False,
                         "font": {"size": 11.5, "color": "var:muted"}}],
    }  # fmt: skip

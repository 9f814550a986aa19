"""Twelve months as they came and six as expected, with their ranges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

Row = tuple[date, float, float, float]  # month, low, expected, high


AXIS = {"fixedrange": True, "zeroline": False}
LAYOUT = {
    "margin": {"l": 48, "r": 4, "t": 8, "b": 36}, "bargap": 0.34, "showlegend": False,
    "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
    "hoverlabel": {"bgcolor": "var:raised", "bordercolor": "var:line-strong", "font": {"color": "var:text"}},
    "yaxis": AXIS | {"gridcolor": "var:line", "tickformat": "~s", "nticks": 5, "rangemode": "tozero"},
}  # fmt: skip


def forecast_figure(past: Sequence[tuple[date, float]], ahead: Sequence[Row], currency: str) -> dict[str, Any]:
    """The figure: what came as bars, what is expected as lighter bars with whiskers."""
    months = [month for month, _ in past] + [month for month, *_ in ahead]
    names = [f"{month:%b}" + (f"<br>{month:%Y}" if month.month == 1 or not place else "")
             for place, month in enumerate(months)]  # fmt: skip
    ticks = {"tickmode": "array", "tickvals": list(range(len(months))), "ticktext": names, "showgrid": False}
    hover = f"%{{customdata}}: %{{y:,.0f}} {currency}<extra></extra>"
    return {
        "data": [_came(past) | {"hovertemplate": hover}, _expected(ahead, len(past)) | {"hovertemplate": hover}],
        "layout": LAYOUT | {"xaxis": AXIS | ticks},
    }


def _came(past: Sequence[tuple[date, float]]) -> dict[str, Any]:
    return {
        "type": "bar", "name": "Came", "x": list(range(len(past))), "y": [value for _, value in past],
        "customdata": [f"{month:%B %Y}" for month, _ in past], "marker": {"color": "var:accent", "cornerradius": 3},
    }  # fmt: skip


def _expected(ahead: Sequence[Row], first: int) -> dict[str, Any]:
    return {
        "type": "bar", "name": "Expected", "x": list(range(first, first + len(ahead))), "y": [row[2] for row in ahead],
        "customdata": [f"{row[0]:%B %Y}" for row in ahead],
        "marker": {"color": "var:accent-soft", "line": {"color": "var:accent", "width": 1}, "cornerradius": 3},
        "error_y": {
            "type": "data", "symmetric": False, "array": [row[3] - row[2] for row in ahead],
            "arrayminus": [row[2] - row[1] for row in ahead], "color": "var:muted", "thickness": 1.5, "width": 5,
        },
    }  # fmt: skip

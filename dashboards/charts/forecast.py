"""Twelve months as they came and six as expected, with their ranges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

Row = tuple[date, float, float, float]  # month, low, expected, high


def forecast_figure(past: Sequence[tuple[date, float]], ahead: Sequence[Row], currency: str) -> dict[str, Any]:
    """The figure: what came as bars, what is expected as lighter bars with whiskers."""
    months = [month for month, _ in past] + [month for month, *_ in ahead]
    places = list(range(len(months)))
    names = [f"{month:%b}" + (f"<br>{month:%Y}" if month.month == 1 or not place else "")
             for place, month in enumerate(months)]  # fmt: skip
    hover = f"%{{customdata}}: %{{y:,.0f}} {currency}<extra></extra>"
    came = {
        "type": "bar", "name": "Came", "x": places[: len(past)], "y": [value for _, value in past],
        "customdata": [f"{month:%B %Y}" for month, _ in past], "marker": {"color": "var:accent", "cornerradius": 3},
        "hovertemplate": hover,
    }  # fmt: skip
    expected = {
        "type": "bar", "name": "Expected", "x": places[len(past) :], "y": [row[2] for row in ahead],
        "customdata": [f"{row[0]:%B %Y}" for row in ahead],
        "marker": {"color": "var:accent-soft", "line": {"color": "var:accent", "width": 1}, "cornerradius": 3},
        "error_y": {
            "type": "data", "symmetric": False, "array": [row[3] - row[2] for row in ahead],
            "arrayminus": [row[2] - row[1] for row in ahead], "color": "var:muted", "thickness": 1.5, "width": 5,
        },
        "hovertemplate": hover,
    }  # fmt: skip
    axis = {"fixedrange": True, "zeroline": False}
    return {
        "data": [came, expected],
        "layout": {
            "margin": {"l": 48, "r": 4, "t": 8, "b": 36}, "bargap": 0.34, "showlegend": False,
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
            "hoverlabel": {"bgcolor": "var:raised", "bordercolor": "var:line-strong", "font": {"color": "var:text"}},
            "xaxis": axis | {"tickmode": "array", "tickvals": places, "ticktext": names, "showgrid": False},
            "yaxis": axis | {"gridcolor": "var:line", "tickformat": "~s", "nticks": 5, "rangemode": "tozero"},
        },
    }  # fmt: skip

"""Where time is lost between deal and payment: the median of each step as a bar, its P90 as a whisker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Timed = tuple[str, Decimal | None, Decimal | None]  # label, median, P90


@dataclass(frozen=True)
class StepChart:
    """A figure with its finding, said in words too."""

    finding: str
    summary: str
    figure: dict[str, Any]


def step_chart(steps: Sequence[Timed]) -> StepChart | None:
    """The chart of the steps that were measured; None where none was."""
    known = [(label, median, p90 or median) for label, median, p90 in steps if median is not None]
    if not known:
        return None
    slowest = max(known, key=lambda step: step[1])
    words = "; ".join(f"{label} {median:.0f} days, one in ten over {p90:.0f}" for label, median, p90 in known)
    return StepChart(f"{slowest[0]} takes longest", words, _figure(known))


LAYOUT = {
    "margin": {"l": 132, "r": 16, "t": 4, "b": 32}, "bargap": 0.36, "showlegend": False,
    "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
    "hoverlabel": {"bgcolor": "var:raised", "bordercolor": "var:line-strong", "font": {"color": "var:text"}},
    "xaxis": {"fixedrange": True, "gridcolor": "var:line", "zeroline": False, "ticksuffix": " d",
              "rangemode": "tozero", "nticks": 6},
    "yaxis": {"fixedrange": True, "autorange": "reversed", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)"},
}  # fmt: skip


def _figure(known: Sequence[tuple[str, Decimal, Decimal]]) -> dict[str, Any]:
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": [label for label, *_ in known],
        "x": [float(median) for _, median, _ in known],
        "text": [f"{median:.0f} d" for _, median, _ in known],
        "textposition": "auto",
        "insidetextfont": {"color": "var:on-accent"},
        "outsidetextfont": {"color": "var:text"},
        "marker": {"color": "var:accent", "cornerradius": 3},
        "error_x": {
            "type": "data", "symmetric": False, "array": [float(p90 - median) for _, median, p90 in known],
            "arrayminus": [0] * len(known), "color": "var:muted", "thickness": 1.5, "width": 4,
        },
        "customdata": [float(p90) for *_, p90 in known],
        "hovertemplate": "%{y}: median %{x:.0f} days, P90 %{customdata:.0f} days<extra></extra>",
    }  # fmt: skip
    return {"data": [trace], "layout": LAYOUT}

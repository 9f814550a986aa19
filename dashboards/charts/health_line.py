"""The score over half a year, with the bands behind it and other formulas as dashed lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Point = tuple[date, Decimal | None]


@dataclass(frozen=True)
class HealthChart:
    """A figure with what it shows in words, and its numbers as rows."""

    finding: str
    summary: str
    figure: dict[str, Any]


def health_chart(
    points: Sequence[Point], redrawn: Sequence[Point], marks: Sequence[date], today: date, bands: tuple[int, int]
) -> HealthChart | None:
    """The chart of days on which the score changed, held until the next; None with fewer than two days known."""
    known = [(day, score) for day, score in points if score is not None]
    if not known or known[0][0] == today:
        return None
    held = [*points, (today, points[-1][1])]
    first, last = known[0][1], known[-1][1]
    moved = last - first
    word = "has held" if abs(moved) < 1 else "rose" if moved > 0 else "fell"
    finding = f"The score {word} at {last:.0f}"
    if abs(moved) >= 1:
        finding = f"The score {word} from {first:.0f} to {last:.0f}"
    low = min(score for _, score in known)
    summary = f"{finding} since {known[0][0]:%d %B %Y}; the lowest was {low:.0f}."
    data = [_line(held, "Health", "var:accent", "solid")]
    data += [_line([*redrawn, (today, redrawn[-1][1])], "By today’s formula", "var:muted", "dash")] if redrawn else []
    return HealthChart(finding, summary, {"data": data, "layout": _layout(held[0][0], today, marks, bands)})


def _line(points: Sequence[Point], name: str, color: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": [day.isoformat() for day, _ in points],
        "y": [None if score is None else round(float(score), 1) for _, score in points],
        "line": {"color": color, "width": 2, "shape": "hv", "dash": dash},
        "hovertemplate": "%{x|%d %b %Y}: %{y:.1f}<extra></extra>",
    }  # fmt: skip


def _layout(start: date, end: date, marks: Sequence[date], bands: tuple[int, int]) -> dict[str, Any]:
    months = [date(n // 12, n % 12 + 1, 1) for n in range(start.year * 12 + start.month, end.year * 12 + end.month)]
    healthy, watch = bands
    shapes = [_rule(score) for score in (healthy, watch)]
    shapes += [
        {"type": "line", "x0": day.isoformat(), "x1": day.isoformat(), "y0": 0, "y1": 100,
         "line": {"color": "var:control", "width": 1, "dash": "dot"}}
        for day in marks
    ]  # fmt: skip
    return {
        "margin": {"l": 32, "r": 62, "t": 6, "b": 26}, "showlegend": False, "hovermode": "x", "shapes": shapes,
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"bgcolor": "var:raised", "bordercolor": "var:line-strong", "font": {"color": "var:text"}},
        "xaxis": {
            "type": "date", "tickmode": "array", "tickvals": [month.isoformat() for month in months],
            "ticktext": [f"{month:%b}" for month in months], "fixedrange": True, "showgrid": False,
            "range": [start.isoformat(), end.isoformat()],
        },
        "yaxis": {"range": [0, 100], "fixedrange": True, "gridcolor": "var:line", "tickvals": [0, 25, 50, 75, 100]},
        "annotations": [
            _word("Healthy", (healthy + 100) / 2), _word("Watch", (healthy + watch) / 2), _word("At risk", watch / 2),
        ],
    }  # fmt: skip


def _rule(score: int) -> dict[str, Any]:
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": score, "y1": score,
            "line": {"color": "var:line-strong", "width": 1}}  # fmt: skip


def _word(text: str, y: float) -> dict[str, Any]:
    return {"text": text, "xref": "paper", "x": 1.01, "y": y, "xanchor": "left", "showarrow": False,
            "font": {"size": 11.5, "color": "var:muted"}}  # fmt: skip

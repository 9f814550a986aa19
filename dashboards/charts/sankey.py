"""Money on its way from won to paid: as a Sankey of where it stands, and as a funnel of how much got there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TONES = {
    "Won": "accent", "Ordered": "accent", "Shipped": "accent", "Invoiced": "accent", "Paid": "ok",
    "Not ordered": "warn", "Not shipped": "age-0", "Not invoiced": "warn", "Not due": "age-0", "Overdue": "bad",
}  # fmt: skip
PLACES = {"Won": 0.001, "Ordered": 0.25, "Shipped": 0.5, "Invoiced": 0.75, "Paid": 0.999}
SIDE = {"Not ordered": 0.25, "Not shipped": 0.5, "Not invoiced": 0.75, "Overdue": 0.999, "Not due": 0.999}
Part = tuple[str, str, Decimal]
Stage = tuple[str, Decimal, Decimal]
LAYOUT = {
    "margin": {"l": 8, "r": 8, "t": 12, "b": 12},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "showlegend": False,
    "hoverlabel": {"bgcolor": "var:raised", "bordercolor": "var:line-strong", "font": {"color": "var:text"}},
}


@dataclass(frozen=True)
class FlowChart:
    """Both figures with what they show, said in words."""

    finding: str
    summary: str
    sankey: dict[str, Any]
    funnel: dict[str, Any]
    parts: Sequence[Part]
    stages: Sequence[tuple[str, Decimal, Decimal, Decimal | None]]  # name, amount, as booked, share of the first


def flow_chart(stages: Sequence[Stage], parts: Sequence[Part], currency: str) -> FlowChart | None:
    """The charts of a flow; None where nothing entered it."""
    if not stages or not stages[0][1]:
        return None
    first = stages[0][1]
    shares = [(name, amount, booked, amount / first) for name, amount, booked in stages]
    shown = [part for part in parts if part[2] > 0]
    return FlowChart(
        _finding(shown, first), _summary(stages, currency), _sankey(shown, currency), _funnel(stages, currency), shown,
        shares,
    )  # fmt: skip


def _finding(parts: Sequence[Part], first: Decimal) -> str:
    """Where most of what has not become money stands."""
    stuck = [part for part in parts if part[1] in SIDE]
    if not stuck:
        return "Everything has been paid"
    _, where, amount = max(stuck, key=lambda part: part[2])
    return f"{amount / first:.0%} is {where.lower()}".replace("%", " %", 1)


def _summary(stages: Sequence[Stage], currency: str) -> str:
    return "; ".join(f"{name} {amount:,.0f} {currency}" for name, amount, _ in stages)


def _sankey(parts: Sequence[Part], currency: str) -> dict[str, Any]:
    names = list(dict.fromkeys(name for start, end, _ in parts for name in (start, end)))
    totals = {name: max(_sum(parts, 0, name), _sum(parts, 1, name)) for name in names}
    node = {
        "label": [f"{name} {_short(totals[name])}" for name in names],
        "color": [f"var:{TONES[name]}" for name in names],
        "x": _across(names),
        "y": [0.3 if name in PLACES else {"Overdue": 0.72, "Not due": 0.92}.get(name, 0.85) for name in names],
        "pad": 18, "thickness": 14, "line": {"width": 0},
        "hovertemplate": "%{label}<extra></extra>",
    }  # fmt: skip
    link = {
        "source": [names.index(start) for start, _, _ in parts],
        "target": [names.index(end) for _, end, _ in parts],
        "value": [float(amount) for _, _, amount in parts],
        "color": ["var:pressed"] * len(parts),
        "hovertemplate": f"%{{source.label}} → %{{target.label}}: %{{value:,.0f}} {currency}<extra></extra>",
    }
    trace = {"type": "sankey", "arrangement": "snap", "node": node, "link": link, "textfont": {"color": "var:text"}}
    return {"data": [trace], "layout": LAYOUT}


def _across(names: Sequence[str]) -> list[float]:
    """Where each stands from left to right; the first that is there stands leftmost, whoever may see what."""
    places = [PLACES.get(name, SIDE.get(name, 0.5)) for name in names]
    first = min(places)
    return [round(min(max((place - first) / (1 - first), 0.001), 0.999), 3) for place in places]


def _sum(parts: Sequence[Part], end: int, name: str) -> Decimal:
    return sum((part[2] for part in parts if part[end] == name), Decimal(0))


def _funnel(stages: Sequence[Stage], currency: str) -> dict[str, Any]:
    trace = {
        "type": "funnel",
        "y": [name for name, *_ in stages],
        "x": [float(amount) for _, amount, _ in stages],
        "textinfo": "value+percent initial",
        "texttemplate": "%{value:.3s} · %{percentInitial:.0%}",
        "marker": {"color": [f"var:{TONES[name]}" for name, *_ in stages]},
        "textfont": {"color": "var:on-accent"},
        "insidetextfont": {"color": "var:on-accent"},
        "outsidetextfont": {"color": "var:text"},
        "connector": {"visible": False},
        "hovertemplate": f"%{{y}}: %{{x:,.0f}} {currency}<extra></extra>",
    }
    layout = LAYOUT | {
        "margin": {"l": 76, "r": 8, "t": 8, "b": 8},
        "yaxis": {"fixedrange": True, "automargin": True},
        "xaxis": {"fixedrange": True, "visible": False},
    }
    return {"data": [trace], "layout": layout}


def _short(amount: Decimal) -> str:
    for size, letter in ((10**9, "bn"), (10**6, "m"), (10**3, "k")):
        if amount >= size:
            return f"{amount / size:.3g}{letter}"
    return f"{amount:.0f}"

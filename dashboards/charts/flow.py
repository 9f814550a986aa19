"""Tasks that came and that went, day by day, as two lines of bars in inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, GAP = 600, 120, 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: where its two bars stand and how high they are."""

    day: date
    x: float
    width: float
    opened: int
    closed: int
    up: float
    down: float


@dataclass(frozen=True, slots=True)
class Flow:
    """The finding as a title, and the bars above and below the middle."""

    title: str
    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT
    middle: int = HEIGHT // 2


def flow_chart(days: Sequence[tuple[date, int, int]]) -> Flow:
    """Bars of what came (up) and what went (down), scaled alike."""
    most = max((max(came, went) for _, came, went in days), default=0) or 1
    step = WIDTH / max(len(days), 1)
    half = HEIGHT / 2 - 4
    bars = tuple(
        Bar(day, n * step, step - GAP, came, went, came / most * half, went / most * half)
        for n, (day, came, went) in enumerate(days)
    )
    came, went = sum(day[1] for day in days), sum(day[2] for day in days)
    word = "grows" if came > went else "shrinks" if went > came else "holds its length"
    return Flow(f"The queue {word}: {came:,} came, {went:,} went in {len(days)} days", bars)

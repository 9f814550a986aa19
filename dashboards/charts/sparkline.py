"""Sparklines: values in, SVG paths out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, PADDING = 84.0, 22.0, 3.0


@dataclass(frozen=True)
class Paths:
    """The line, the area under it, and where it ends."""

    line: str
    area: str
    end: tuple[str, str]


def sparkline_paths(values: Sequence[float]) -> Paths | None:
    """Paths scaled from zero, or the lowest value below it, to the highest; None where all are zero."""
    if len(values) < 2 or not any(values):
        return None
    low, high = min(0.0, *values), max(0.0, *values)
    step = (WIDTH - 2 * PADDING) / (len(values) - 1)
    points = [
        (
            f"{PADDING + place * step:.1f}",
            f"{HEIGHT - PADDING - (value - low) / (high - low) * (HEIGHT - 2 * PADDING):.1f}",
        )
        for place, value in enumerate(values)
    ]
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    floor = f"{HEIGHT - PADDING:.1f}"
    return Paths(line, f"{line}L{points[-1][0]} {floor}L{points[0][0]} {floor}Z", points[-1])

"""Sections on a customer's health: how it stands, what it is made of, why it moved, what would move it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from accounts.health.explain import Change, Line, Part
from accounts.health.measures import BY_NAME, DEAL_WORDS
from accounts.health.pulse import may_give
from accounts.health.reads import Health, get_moves, list_tool_scores
from accounts.health.versions import current_definition
from dashboards.charts.health_line import health_chart
from dashboards.charts.waterfall import waterfall
from dashboards.panels.section import Panel, Reading, class_of, figure_of
from dashboards.templatetags.figures import MINUS, number

BANDS = {"healthy": ("Healthy", "ok"), "watch": ("Watch", "warn"), "risk": ("At risk", "bad")}
SIGNIFICANT = Decimal("0.05")


@dataclass(frozen=True)
class LineView:
    """One measure of the formula as the table shows it."""

    line: Line
    input: str
    share: float  # of the points the measure could give

    @property
    def lost(self) -> bool:
        """Whether it costs anything that two decimals would show."""
        return (self.line.lost or Decimal(0)) >= Decimal("0.005")


def input_words(name: str, value: Decimal | None) -> str:
    """A measured input as people read it."""
    if value is None:
        return "—"
    if name == "outlook":
        return DEAL_WORDS[int(value)]
    unit = BY_NAME[name].unit
    places = 1 if name in ("cadence", "satisfaction") else 0
    return f"{number(value, places)} {unit}"


def points_words(value: Decimal) -> str:
    """Points with their sign."""
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{abs(value):.1f}"


def sentence(health: Health) -> str:
    """The score, its move and the three measures that moved it most, in one line."""
    if health.score is None:
        return f"Not enough data: needs {', '.join(dict.fromkeys(health.missing[:3]))}."
    band = BANDS[health.band][0] if health.band else "Provisional"
    told = f"{health.score:.0f} {band}"
    change = health.change
    if change is None or abs(change.moved) < 1:
        return f"{told}, about where it was."
    days = (change.end - change.start).days
    told += f", {points_words(change.moved)} in {days} days"
    drivers = [_driver(part) for part in change.drivers[:3] if abs(part.points) >= SIGNIFICANT]
    return f"{told}. Mostly {', '.join(drivers)}."


def _driver(part: Part) -> str:
    why = f": {input_words(part.name, part.after)}" if part.kind == "measure" and part.after is not None else ""
    return f"{part.label[:1].lower()}{part.label[1:]} ({points_words(part.points)}{why})"


def bars(change: Change) -> list[Any]:
    """The waterfall of a change; bars too small to see are one."""
    shown = [part for part in change.drivers if abs(part.points) >= SIGNIFICANT]
    rest = change.moved - sum((part.points for part in shown), Decimal(0))
    parts = [(part.label, part.points, part.kind, _note(part)) for part in shown]
    parts += [("Others", rest, "measure", "")] if rest else []
    return waterfall(change.before, parts, change.after)


def _note(part: Part) -> str:
    if part.kind != "measure" or (part.before is None and part.after is None):
        return part.note
    return f"{input_words(part.name, part.before)} → {input_words(part.name, part.after)}"


def _block(reading: Reading) -> Any:
    health = reading.health
    if health is None:
        return None
    lost = sorted((line for line in health.lines if line.lost), key=lambda line: -(line.lost or 0))
    return {"health": health, "sentence": sentence(health) if health.full else "", "lost": lost[:3],
            "spark": weekly(health, reading.today), "deltas": deltas(health, reading.today)}  # fmt: skip


def weekly(health: Health, today: date) -> list[Decimal]:
    """The score at the end of each of the last 26 weeks, as far as it is known."""
    found = (_score_on(health, today - timedelta(weeks=back)) for back in range(26, -1, -1))
    return [score for score in found if score is not None]


def deltas(health: Health, today: date) -> list[tuple[str, Decimal]]:
    """How far the score moved in 7, 30 and 90 days."""
    pairs = ((days, _score_on(health, today - timedelta(days))) for days in (7, 30, 90))
    return [(f"{days} d", health.score - then) for days, then in pairs if then is not None and health.score is not None]


def _score_on(health: Health, day: date) -> Decimal | None:
    return next((row.score for row in reversed(health.days) if row.day <= day), None)


def _formula(reading: Reading) -> Any:
    health = reading.health
    if health is None or not health.full:
        return None
    lines = [
        LineView(line, input_words(line.measure.name, line.input),
                 float(line.points / line.effective_weight) if line.points is not None and line.effective_weight else 0)
        for line in health.lines
    ]  # fmt: skip
    total = sum((line.points or Decimal(0) for line in health.lines), Decimal(0))
    return {"health": health, "lines": lines, "total": total}


def _change(reading: Reading) -> Any:
    health = reading.health
    if health is None or not health.full:
        return None
    shown = bars(health.change) if health.change else []
    finding = sentence(health) if health.score is not None else "No number today"
    return {"change": health.change, "bars": shown, "finding": finding, "start": health.change and health.change.start}


def _history(reading: Reading) -> Any:
    health = reading.health
    if health is None or not health.full or not health.days:
        return None
    definition = current_definition()
    versions = _version_marks(health.days)
    points = [(row.day, row.score) for row in health.days]
    chart = health_chart(
        points, health.redrawn, [day for day, _ in versions], reading.today, (definition.healthy, definition.watch)
    )
    return {"chart": chart, "days": list(reversed(health.days))[:40], "versions": versions, "health": health}


def _version_marks(days: Sequence[Any]) -> list[tuple[date, int]]:
    """The days from which another formula held."""
    return [(row.day, row.version) for before, row in pairwise(days) if row.version != before.version]


def _moves(reading: Reading) -> Any:
    moves = get_moves(reading.user, reading.customer.account, today=reading.today)
    return {"moves": moves} if moves else None


def _pulse(reading: Reading) -> Any:
    health = reading.health
    if health is None or not may_give(reading.user):
        return None
    return {"pulse": health.pulse, "health": health}


def _tools(reading: Reading) -> Any:
    scores = list_tool_scores(reading.user, reading.customer.account)
    return {"scores": scores} if scores else None


FOLDER = "dashboards/health"
PANELS = (
    Panel("health", "Health", f"{FOLDER}/_block.html", _block, figure_of("health_band")),
    Panel("formula", "What the score is made of", f"{FOLDER}/_formula.html", _formula, class_of("health")),
    Panel("change", "Why it moved", f"{FOLDER}/_change.html", _change, class_of("health")),
    Panel("history", "History", f"{FOLDER}/_history.html", _history, class_of("health")),
    Panel("moves", "What would move it", f"{FOLDER}/_moves.html", _moves, class_of("health")),
    Panel("pulse", "Pulse", f"{FOLDER}/_pulse.html", _pulse, class_of("health")),
    Panel("scores", "Scores of other tools", f"{FOLDER}/_tools.html", _tools, class_of("health")),
)

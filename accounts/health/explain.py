"""Why a score is what it is, and why it moved: parts that add up to it exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.health.measures import MEASURES, NAMES, Measure
from accounts.health.reckoning import POINT, scores_of, weigh
from accounts.health.versions import definition_of
from accounts.models.health import HealthValues


@dataclass(frozen=True)
class Line:
    """One measure of a score: what was measured, its points and what it costs."""

    measure: Measure
    input: Decimal | None
    score: Decimal | None
    weight: int
    effective_weight: Decimal | None  # of 100, after sharing out what is not measured
    points: Decimal | None
    lost: Decimal | None
    stale: bool
    hidden: bool = False  # the input belongs to a class the reader does not see

    @property
    def measured(self) -> bool:
        """Whether it counts today."""
        return self.points is not None


@dataclass(frozen=True)
class Part:
    """One bar of a change: `kind` is measure, data, formula, pulse or cap."""

    kind: str
    name: str
    label: str
    points: Decimal
    before: Decimal | None = None
    after: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Change:
    """A score on two days and what lies between; the parts add up to the difference exactly."""

    start: date
    end: date
    before: Decimal
    after: Decimal
    parts: tuple[Part, ...]

    @property
    def moved(self) -> Decimal:
        """The difference."""
        return self.after - self.before

    @property
    def by_data(self) -> Decimal:
        """What of it comes from measures that became or ceased to be measurable, and from another formula."""
        return sum((part.points for part in self.parts if part.kind in ("data", "formula")), Decimal(0))

    @property
    def drivers(self) -> list[Part]:
        """The bars that moved it most, the largest first."""
        return sorted((part for part in self.parts if part.points), key=lambda part: -abs(part.points))


def lines_of(row: HealthValues) -> list[Line]:
    """The measures of a row that its profile weighs, in their order."""
    profile = definition_of(row.version).profiles[row.profile]
    coverage = Decimal(row.coverage)
    found = []
    for place, measure in enumerate(MEASURES):
        weight, part, score = profile.weights[place], row.parts[place], row.scores[place]
        if not weight:
            continue
        share = Decimal(weight) * 100 / coverage if part is not None else None
        points = _points(part)
        found.append(
            Line(
                measure=measure,
                input=_points(row.inputs[place]),
                score=None if score is None else Decimal(score) / 100,
                weight=weight,
                effective_weight=share,
                points=points,
                lost=share - points if share is not None and points is not None else None,
                stale=place in row.stale,
            )
        )
    return found


def change_between(before: HealthValues, after: HealthValues, start: date, end: date) -> Change | None:
    """What moved the score between two rows; None where one of them has no number."""
    if before.score is None or after.score is None:
        return None
    profile = definition_of(after.version).profiles[after.profile]
    old_formula = (before.version, before.profile) != (after.version, after.profile)
    old = scores_of(before.inputs, profile) if old_formula else list(before.scores)
    old_parts = weigh(old, profile.weights) if old_formula else list(before.parts)
    new, weights = list(after.scores), profile.weights
    measured = [place for place, weight in enumerate(weights) if weight and new[place] is not None]
    common = [place for place in measured if old[place] is not None]
    parts = _measures(old, new, weights, common, before, after) if common else []
    kept_old = _sum(_only(old, common, weights)) if common else _sum(old_parts)
    kept_new = _sum(_only(new, common, weights)) if common else _sum(after.parts)
    parts += _formula(_sum(old_parts) - _sum(before.parts), before, after)
    data = (kept_old - _sum(old_parts)) + (_sum(after.parts) - kept_new) + (0 if common else kept_new - kept_old)
    parts += _data(data, old, new, weights)
    pulses = _effect(after.uncapped, after.parts) - _effect(before.uncapped, before.parts)
    caps = (after.score - (after.uncapped or 0)) - (before.score - (before.uncapped or 0))
    parts += [Part("pulse", "pulse", "Pulse given by hand", pulses)] if pulses else []
    parts += [Part("cap", "cap", _cap_label(before, after), caps)] if caps else []
    return Change(start, end, before.score, after.score, tuple(parts))


def _measures(
    old: list[int | None], new: list[int | None], weights: Sequence[int], common: list[int],
    before: HealthValues, after: HealthValues,
) -> list[Part]:  # fmt: skip
    then, now = _only(old, common, weights), _only(new, common, weights)
    return [
        Part(
            "measure", NAMES[place], MEASURES[place].label,
            Decimal((now[place] or 0) - (then[place] or 0)) / POINT,
            _points(before.inputs[place]), _points(after.inputs[place]),
        )
        for place in common
    ]  # fmt: skip


def _only(scores: list[int | None], places: list[int], weights: Sequence[int]) -> list[int | None]:
    """The parts as if only these places were measured."""
    return weigh([score if place in places else None for place, score in enumerate(scores)], weights)


def _formula(moved: int, before: HealthValues, after: HealthValues) -> list[Part]:
    note = f"version {before.version} to {after.version}" if before.version != after.version else after.profile
    return [Part("formula", "formula", "Another formula", Decimal(moved) / POINT, note=note)] if moved else []


def _data(moved: int, old: list[int | None], new: list[int | None], weights: Sequence[int]) -> list[Part]:
    lost = [MEASURES[p].label for p, w in enumerate(weights) if w and old[p] is not None and new[p] is None]
    gained = [MEASURES[p].label for p, w in enumerate(weights) if w and old[p] is None and new[p] is not None]
    if not moved and not lost and not gained:
        return []
    told = [f"no longer measured: {', '.join(lost)}"] if lost else []
    told += [f"now measured: {', '.join(gained)}"] if gained else []
    label = "Other data" if lost and gained else "Became unmeasurable" if lost else "Became measurable"
    return [Part("data", "data", label, Decimal(moved) / POINT, note="; ".join(told))]


def _cap_label(before: HealthValues, after: HealthValues) -> str:
    if after.cap is not None:
        return f"Capped at {after.cap}"
    return f"No longer capped at {before.cap}"


def _sum(parts: Sequence[int | None]) -> int:
    return sum(part or 0 for part in parts)


def _effect(uncapped: Decimal | None, parts: Sequence[int | None]) -> Decimal:
    return (uncapped or Decimal(0)) - Decimal(_sum(parts)) / POINT


def _points(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value) / POINT

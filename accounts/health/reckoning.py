"""One customer scored in whole numbers, as scoring does for a frame; tests hold the two equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from accounts.health.definition import Cap, Curve, Definition, Profile
from accounts.health.measures import CAPPING, MEASURES, PLACE

POINT = 10_000
Numbers = Sequence[int | None]


@dataclass(frozen=True)
class Facts:
    """What is measured and known of one customer on one day; inputs and pulse as scoring takes them."""

    inputs: Numbers
    hold: bool = False
    closed: bool = False
    pulse: int = 0

    def with_inputs(self, **changes: int) -> Facts:
        """The same customer with other inputs, in ten-thousandths, by measure."""
        inputs = list(self.inputs)
        for name, value in changes.items():
            inputs[PLACE[name]] = value
        return replace(self, inputs=inputs)


def curve_at(value: int | None, curve: Curve) -> int | None:
    """The curve's score for an input, in hundredths."""
    if value is None:
        return None
    if value <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if value <= x1:
            return y0 + _divided((value - x0) * (y1 - y0), x1 - x0)
    return curve[-1][1]


def scores_of(inputs: Numbers, profile: Profile) -> list[int | None]:
    """The score of each measure by the profile's curves."""
    return [curve_at(value, curve) for value, curve in zip(inputs, profile.curves, strict=True)]


def weigh(scores: Numbers, weights: Sequence[int]) -> list[int | None]:
    """Each measure's points in ten-thousandths: they add up to the weighted mean of what is measured."""
    measured = [(weight, score) for weight, score in zip(weights, scores, strict=True) if score is not None]
    below = max(sum(weight for weight, _ in measured), 1)
    running, before, parts = 0, 0, []
    for weight, score in zip(weights, scores, strict=True):
        running += weight * (score or 0)
        after = _divided(running * (POINT // 100), below)
        parts.append(after - before if score is not None and weight else None)
        before = after
    return parts


def total_of(facts: Facts, profile: Profile, definition: Definition) -> int | None:
    """The capped score in ten-thousandths, None where too little is known for a number."""
    scores = scores_of(facts.inputs, profile)
    coverage = sum(weight for weight, score in zip(profile.weights, scores, strict=True) if score is not None)
    if coverage < definition.none_below:
        return None
    base = sum(part or 0 for part in weigh(scores, profile.weights))
    lifted = min(max(base + facts.pulse * POINT, 0), 100 * POINT)
    components = {name: component_score(name, scores, profile.weights) for name in CAPPING}
    caps = [cap.at * POINT for cap in definition.caps if _holds(cap, facts, components)]
    return min([lifted, *caps])


def component_score(component: str, scores: Numbers, weights: Sequence[int]) -> int | None:
    """The mean of a component's measured measures in hundredths."""
    pairs = [
        (weights[place], score)
        for place, (measure, score) in enumerate(zip(MEASURES, scores, strict=True))
        if measure.component == component and score is not None and weights[place]
    ]
    below = sum(weight for weight, _ in pairs)
    return _divided(sum(weight * score for weight, score in pairs), below) if below else None


def _holds(cap: Cap, facts: Facts, components: dict[str, int | None]) -> bool:
    limit = (cap.upto or 0) * 100
    weak = sum(score is not None and score <= limit for score in components.values())
    told = components.get(cap.component or "")
    tickets, overdue = (facts.inputs[PLACE[name]] for name in ("severe_tickets", "oldest_overdue"))
    return all((
        not cap.closed or facts.closed,
        not cap.hold or facts.hold,
        not cap.tickets or (tickets or 0) >= cap.tickets * POINT,
        not cap.overdue_days or (overdue or 0) > cap.overdue_days * POINT,
        not cap.weak or weak >= cap.weak,
        not cap.component or (told is not None and told <= limit),
    ))  # fmt: skip


def _divided(above: int, below: int) -> int:
    """Whole division, half of one up."""
    return (2 * above + below) // (2 * below)

"""From measured inputs to the score: one function over a frame, the same for a million customers and for one.

All sums are of whole numbers (inputs and points in ten-thousandths, measure scores in hundredths), so the
same inputs give the same score everywhere and contributions add up to it exactly.
"""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from typing import Any

import polars as pl

from accounts.health.definition import Cap, Curve, Definition, Profile
from accounts.health.measures import CAPPING, COMPONENTS, IDLE, MEASURES, NAMES, PLACE

POINT = 10_000
WHOLE = 100 * POINT
INPUTS = [f"input_{name}" for name in NAMES]
SCORES = [f"score_{name}" for name in NAMES]
PARTS = [f"part_{name}" for name in NAMES]

# What a frame to be scored holds beside the inputs; `pulse` is in points.
FACTS = {
    "profile": pl.String(), "hold": pl.Boolean(), "closed": pl.Boolean(), "pulse": pl.Int64(),
    **{f"idle_{name}": pl.Boolean() for name in IDLE},
}  # fmt: skip


def score(frame: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """The frame with scores, parts, coverage, uncapped and capped score, cap, state and band of the day."""
    placed = frame.with_row_index("_place")
    met = set(frame["profile"].unique()) or set(definition.profiles)  # a profile costs as much for nobody as for one
    done = [
        _score(placed.filter(pl.col("profile") == name), profile, definition)
        for name, profile in definition.profiles.items() if name in met
    ]  # fmt: skip
    return pl.concat(done).sort("_place").drop("_place")


def _score(frame: pl.DataFrame, profile: Profile, definition: Definition) -> pl.DataFrame:
    scored = frame.with_columns(
        curve_score(pl.col(source), curve).alias(target)
        for source, target, curve in zip(INPUTS, SCORES, profile.curves, strict=True)
    ).with_columns(_coverage(profile.weights))
    parted = scored.with_columns(_parts(profile.weights))
    joined = parted.with_columns(
        pl.sum_horizontal(pl.col(PARTS).fill_null(0)).alias("base"),
        *(_component(name, profile.weights).alias(f"component_{name}") for name in COMPONENTS),
    )
    return _capped(joined, profile, definition)


def curve_score(value: pl.Expr, curve: Curve) -> pl.Expr:
    """The curve's score for an input: straight between its points, level outside, half a hundredth up."""
    (first, low), (_, high) = curve[0], curve[-1]
    found: Any = pl.when(value <= first).then(pl.lit(low, dtype=pl.Int64))
    for (x0, y0), (x1, y1) in pairwise(curve):
        found = found.when(value <= x1).then(y0 + _divided((value - x0) * (y1 - y0), pl.lit(x1 - x0)))
    return pl.when(value.is_not_null()).then(found.otherwise(pl.lit(high, dtype=pl.Int64)))


def _divided(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    """Whole division, half of one up."""
    return (2 * above + below) // (2 * below)


def _weight(name: str, weight: int) -> pl.Expr:
    return pl.when(pl.col(f"score_{name}").is_not_null()).then(weight).otherwise(0).cast(pl.Int64)


def _coverage(weights: tuple[int, ...]) -> pl.Expr:
    found = (_weight(name, weight) for name, weight in zip(NAMES, weights, strict=True))
    return pl.sum_horizontal(*found).alias("coverage")


def _reach(weights: tuple[int, ...]) -> pl.Expr:
    """The weight of what is measured or cannot apply."""
    idle = (
        pl.when(pl.col(f"idle_{name}") & pl.col(f"score_{name}").is_null()).then(weights[PLACE[name]]).otherwise(0)
        for name in IDLE
    )
    return pl.sum_horizontal("coverage", *idle)


def _parts(weights: tuple[int, ...]) -> list[pl.Expr]:
    """Each measure's points: the rise of the rounded running sum, so that they add up to the rounded score."""
    below = pl.max_horizontal(pl.col("coverage"), pl.lit(1))
    sums, running = [pl.lit(0, dtype=pl.Int64)], pl.lit(0, dtype=pl.Int64)
    for name, weight in zip(NAMES, weights, strict=True):
        running = running + pl.col(f"score_{name}").fill_null(0) * weight
        sums.append(_divided(running * (POINT // 100), below))
    return [
        pl.when(pl.col(source).is_not_null() & (weight > 0)).then(after - before).alias(target)
        for source, target, weight, (before, after) in zip(SCORES, PARTS, weights, pairwise(sums), strict=True)
    ]


def _component(component: str, weights: tuple[int, ...]) -> pl.Expr:
    """The mean of a component's measured measures in hundredths; null where none is measured."""
    names = [measure.name for measure in MEASURES if measure.component == component]
    measured = pl.sum_horizontal(*(_weight(name, weights[PLACE[name]]) for name in names))
    total = pl.sum_horizontal(*(pl.col(f"score_{name}").fill_null(0) * weights[PLACE[name]] for name in names))
    return pl.when(measured > 0).then(_divided(total, pl.max_horizontal(measured, pl.lit(1))))


def _holds(cap: Cap) -> pl.Expr:
    """Whether the condition of a cap holds; what isn't measured never caps."""
    limit = (cap.upto or 0) * 100
    weak = pl.sum_horizontal(*((pl.col(f"component_{name}") <= limit).fill_null(False) for name in CAPPING))
    found = [
        pl.col("closed") if cap.closed else None,
        pl.col("hold") if cap.hold else None,
        (pl.col("input_severe_tickets") >= cap.tickets * POINT).fill_null(False) if cap.tickets else None,
        (pl.col("input_oldest_overdue") > cap.overdue_days * POINT).fill_null(False) if cap.overdue_days else None,
        weak >= cap.weak if cap.weak else None,
        (pl.col(f"component_{cap.component}") <= limit).fill_null(False) if cap.component else None,
    ]
    return reduce(lambda left, right: left & right, [one for one in found if one is not None])


def _capped(frame: pl.DataFrame, profile: Profile, definition: Definition) -> pl.DataFrame:
    lifted = (pl.col("base") + pl.col("pulse") * POINT).clip(0, WHOLE)
    rhythm = pl.col("component_rhythm").is_not_null() if profile.rhythm_needed else pl.lit(True)
    state = (
        pl.when(pl.col("coverage") < definition.none_below).then(pl.lit("none"))
        .when((_reach(profile.weights) < definition.provisional_below) | ~rhythm).then(pl.lit("provisional"))
        .otherwise(pl.lit("scored"))
    )  # fmt: skip
    frame = frame.with_columns(state.alias("state")).with_columns(
        pl.when(pl.col("state") != "none").then(lifted).alias("uncapped")
    )
    binding = [(cap, _holds(cap) & (pl.col("uncapped") > cap.at * POINT)) for cap in definition.caps]
    frame = frame.with_columns(
        _first([(holds, pl.lit(cap.at, dtype=pl.Int64)) for cap, holds in binding], pl.Int64).alias("cap"),
        _first([(holds, pl.lit(cap.reason)) for cap, holds in binding], pl.String).alias("cap_reason"),
    )
    frame = frame.with_columns(pl.min_horizontal("uncapped", pl.col("cap") * POINT).alias("score"))
    return frame.with_columns(pl.when(pl.col("state") == "scored").then(_band(definition)).alias("raw_band"))


def _first(choices: list[tuple[pl.Expr, pl.Expr]], kind: type[pl.DataType]) -> pl.Expr:
    """The value of the first condition that holds, null where none does."""
    found = pl.lit(None, dtype=kind)
    for holds, value in reversed(choices):
        found = pl.when(holds.fill_null(False)).then(value).otherwise(found)
    return found


def _band(definition: Definition) -> pl.Expr:
    return (
        pl.when(pl.col("score") >= definition.healthy * POINT).then(pl.lit("healthy"))
        .when(pl.col("score") >= definition.watch * POINT).then(pl.lit("watch"))
        .otherwise(pl.lit("risk"))
    )  # fmt: skip


def hold_bands(frame: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """The band shown: it changes on the second day in a row, or at once on a large move.

    Depends only on how the day before ended, so computing a day twice gives the same.
    """
    moved = (pl.col("score") - pl.col("prior_score")).abs() >= definition.hold_points * POINT
    free = (
        pl.col("prior_band").is_null()
        | (pl.col("prior_raw_band") == pl.col("raw_band")).fill_null(False)
        | moved.fill_null(True)
    )
    shown = pl.when(free).then(pl.col("raw_band")).otherwise(pl.col("prior_band"))
    return frame.with_columns(pl.when(pl.col("raw_band").is_not_null()).then(shown).alias("band"))

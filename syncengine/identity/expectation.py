"""Expectation maximisation over the answers of candidate pairs: what a match looks like in these very records."""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl

from syncengine.identity.comparisons import Comparison
from syncengine.identity.model import Model, Probabilities
from syncengine.identity.scheme import comparisons_of

ROUNDS = 25
TRUST = 100.0  # pairs of evidence that the shipped numbers count for
KNOWN = 3000.0  # the same for what tells persons apart: learning would take households for persons
PERSONAL = frozenset({"given", "family", "generation", "birth", "person_id"})
LEAST = 5e-4  # no answer is nearly impossible just because the records lack it
SAID = 5.0  # pairs that one answer of a person counts for
SEEN = 10  # fewer strangers with an answer say only that it is rare
STEP = 20.0  # pairs with equal answers and bits equal to a twentieth count as one

Levels = dict[str, dict[str, Probabilities]]


def learn(pairs: pl.DataFrame, strangers: pl.DataFrame, model: Model, *, fixed: frozenset[str] = frozenset()) -> Model:
    """The model with m learnt from candidate pairs and u from pairs picked at random.

    Both frames have g_<comparison> and f_<value> as the scoring statement gives them; where `pairs` has a column
    `same`, people have said so, and what they said is not doubted. Comparisons in `fixed` stay as they are.
    """
    model = _with_u(_patterns(strangers, model), model, fixed)
    patterns = _patterns(pairs, model)
    levels = model.levels
    for _ in range(ROUNDS):
        weighed = patterns.with_columns(p=_believed(levels, model) * pl.col("n"))
        found = {c.name: _m(weighed, c, model) for c in comparisons_of(model) if c.name not in fixed}
        levels = {**model.levels, **found}
    return replace(model, levels=levels)


def _believed(levels: Levels, model: Model) -> pl.Expr:
    """The probability of a match; what a person said counts as several pairs of the kind."""
    said = pl.col("same")
    return pl.when(said.is_null()).then(_posterior(levels, model)).otherwise(said.cast(pl.Float64) * SAID)


def weigh(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs with w_<comparison> bits and match_weight as the model has them."""
    told = pairs.with_columns(_weight(c, model).alias(f"w_{c.name}") for c in comparisons_of(model))
    bits = pl.sum_horizontal([f"w_{c.name}" for c in comparisons_of(model)])
    return told.with_columns(match_weight=bits + model.prior_weight)


def _weight(comparison: Comparison, model: Model) -> pl.Expr:
    numbers = model.levels[comparison.name]
    known = {n: math.log2(numbers[level.name].m) for n, level in enumerate(reversed(comparison.levels))}
    bits = pl.col(f"g_{comparison.name}").replace_strict(known, default=0.0, return_dtype=pl.Float64)
    return bits + _bits_of_u(comparison, model)


def _patterns(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """n pairs with the same answers and nearly the same bits of u: thousands of rows for millions of pairs."""
    answers = [f"g_{c.name}" for c in comparisons_of(model)]
    rest = pl.sum_horizontal([_bits_of_u(c, model) for c in comparisons_of(model)])
    rounded = ((rest * STEP).round() / STEP).alias("rest")
    said = pl.col("same") if "same" in pairs.columns else pl.lit(None, pl.Boolean).alias("same")
    grouped = pairs.select(*answers, rounded, said).group_by([*answers, "rest", "same"])
    return grouped.agg(n=pl.len().cast(pl.Float64)).sort(pl.all())


def _bits_of_u(comparison: Comparison, model: Model) -> pl.Expr:
    bits = pl.lit(0.0)
    for number, level in enumerate(reversed(comparison.levels)):
        if level.frequency:
            found = -pl.col(f"f_{level.frequency}").log(2)
        else:
            found = pl.lit(-math.log2(model.levels[comparison.name][level.name].u or 1.0))
        bits = pl.when(pl.col(f"g_{comparison.name}") == number).then(found).otherwise(bits)
    return bits


def _posterior(levels: Levels, model: Model) -> pl.Expr:
    """The probability that a pair is a match, under these m."""
    total = pl.col("rest") + model.prior_weight
    for c in comparisons_of(model):
        bits = {n: math.log2(levels[c.name][lv.name].m) for n, lv in enumerate(reversed(c.levels))}
        total = total + pl.col(f"g_{c.name}").replace_strict(bits, default=0.0, return_dtype=pl.Float64)
    return 1.0 / (1.0 + pl.lit(2.0).pow(-total.clip(-60, 60)))


def _m(weighed: pl.DataFrame, comparison: Comparison, model: Model) -> dict[str, Probabilities]:
    """Each answer's share among matches, with the shipped share as a start that evidence outweighs."""
    answer = f"g_{comparison.name}"
    counted = dict(weighed.filter(pl.col(answer) >= 0).group_by(answer).agg(pl.col("p").sum()).iter_rows())
    shipped = model.levels[comparison.name]
    trust = KNOWN if comparison.name in PERSONAL else TRUST
    start, total = sum(number.m for number in shipped.values()), sum(counted.values())
    found = {}
    for number, level in enumerate(reversed(comparison.levels)):
        m = (counted.get(number, 0.0) + trust * shipped[level.name].m / start) / (total + trust)
        found[level.name] = Probabilities(max(m, LEAST), shipped[level.name].u)
    return found


def _with_u(strangers: pl.DataFrame, model: Model, fixed: frozenset[str]) -> Model:
    """How often strangers answer so; what is too rare to be seen among them keeps a bound."""
    weighed = strangers.with_columns(q=(1.0 - _posterior(model.levels, model)) * pl.col("n"))
    levels = dict(model.levels)
    for c in (c for c in comparisons_of(model) if c.name not in fixed):
        counted = dict(
            weighed.filter(pl.col(f"g_{c.name}") >= 0).group_by(f"g_{c.name}").agg(pl.col("q").sum()).iter_rows()
        )
        told = sum(counted.values())
        levels[c.name] = {
            level.name: Probabilities(
                model.levels[c.name][level.name].m, _u(model.levels[c.name][level.name].u, counted.get(n, 0.0), told)
            )
            for n, level in enumerate(reversed(c.levels))
        }
    return replace(model, levels=levels)


def _u(shipped: float | None, seen: float, told: float) -> float | None:
    if shipped is None or told < 1000:
        return shipped
    return seen / told if seen >= SEEN else min(shipped, SEEN / told)

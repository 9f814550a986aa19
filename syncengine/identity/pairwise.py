"""Scores of a handful of pairs without a database: the same columns that the scoring statement gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from syncengine.identity.comparisons import COMPARISONS, FEATURES, Comparison
from syncengine.identity.conditions import Condition, Record, condition
from syncengine.identity.guards import Policy
from syncengine.identity.model import Model
from syncengine.identity.prepare import prepare_few
from syncengine.identity.rows import rows_of
from syncengine.identity.rules import judge
from syncengine.identity.scheme import comparisons_of

FEW_PAIRS = 1_000  # pairs up to which planning a statement takes longer than comparing them
Weights = Mapping[int, Callable[[Record, Record], float]]
SCORED = {
    "record_l": pl.Int64, "record_r": pl.Int64, "match_weight": pl.Float64, "match_probability": pl.Float64,
    "tier": pl.Int16, "rule": pl.String, "evidence": pl.String,
}  # fmt: skip


def score_few(standardised: pl.DataFrame, pairs: pl.DataFrame, model: Model, policy: Policy) -> pl.DataFrame:
    """SCORED of the pairs worth merging or asking about, in the order of ids."""
    asked = sorted(rows_of(pairs, "record_l", "record_r"))
    named = {record for pair in asked for record in pair}
    records = prepare_few((row for row in standardised.iter_rows(named=True) if row["record_id"] in named), model)
    least = math.log2(policy.review / (1 - policy.review))
    weighed = (answer for answer in weigh_few(records, asked, model) if answer["match_weight"] >= least)
    return pl.DataFrame([_judged(answer, policy) for answer in weighed], schema=SCORED, orient="row")


def weigh_few(
    records: Mapping[int, Record], pairs: Iterable[tuple[int, int]], model: Model
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """record_l, record_r, g_<comparison> levels, w_<comparison> bits and their sum with the prior, pair by pair."""
    compared = [(c.name, *_reader(c), _weights(c, model)) for c in comparisons_of(model)]
    features = {name: condition(sql) for name, sql in FEATURES.items()}
    for left, right in pairs:
        yield _scored(records[left], records[right], features, compared, model.prior_weight)


def _judged(answer: Record, policy: Policy) -> tuple[Any, ...]:
    levels = ",".join(str(answer[f"g_{c.name}"]) for c in COMPARISONS)
    return answer["record_l"], answer["record_r"], answer["match_weight"], *judge(answer, policy), f"[{levels}]"


def _scored(
    left: Record, right: Record, features: Mapping[str, Condition], compared: list[Any], prior: float
) -> dict[str, Any]:
    told = {name: feature(left, right, {}) for name, feature in features.items()}
    row: dict[str, Any] = {"record_l": left["record_id"], "record_r": right["record_id"]}
    total = prior
    for name, missing, levels, weights in compared:
        level = -1 if missing(left, right, told) else next(n for n, c in levels if c(left, right, told))
        row[f"g_{name}"] = level
        row[f"w_{name}"] = weight = weights[level](left, right) if level in weights else 0.0
        total += weight
    home, away = left["country"], right["country"]
    sure = left["registration_sure"] and right["registration_sure"] and home is not None and home == away
    return {**row, "country_l": home, "country_r": away, "registers_sure": bool(sure), "match_weight": total}


def _reader(comparison: Comparison) -> tuple[Condition, list[tuple[int, Condition]]]:
    """When nothing can be said, and the levels with their numbers from the strongest on."""
    top = len(comparison.levels) - 1
    levels = [(top - n, condition(level.condition)) for n, level in enumerate(comparison.levels)]
    return condition(comparison.missing), levels


def _weights(comparison: Comparison, model: Model) -> Weights:
    """Bits of each level; where a value's rarity sets them, of the commoner of both sides."""
    top = len(comparison.levels) - 1
    found: dict[int, Callable[[Record, Record], float]] = {}
    for n, level in enumerate(comparison.levels):
        numbers = model.levels[comparison.name][level.name]
        bits = math.log2(numbers.m / (numbers.u or 1.0))
        if level.frequency:
            found[top - n] = _by_rarity(math.log2(numbers.m), f"f_{level.frequency}")
        else:
            found[top - n] = lambda left, right, bits=bits: bits  # type: ignore[misc]
    return found


def _by_rarity(bits: float, share: str) -> Callable[[Record, Record], float]:
    return lambda left, right: bits - math.log2(max(left[share], right[share]))

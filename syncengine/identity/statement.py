"""The one SQL statement that scores pairs, written from the comparisons and the model.

Bulk and incremental runs use the same statement over different candidate pairs, so a pair has one weight.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from syncengine.identity.blocking import BLOCKING_RULES
from syncengine.identity.comparisons import FEATURES, Comparison
from syncengine.identity.model import Model
from syncengine.identity.scheme import comparisons_of

SIDE = re.compile(r"\b([lr])\.(\w+)")
SIDES = (
    "l.country AS country_l, r.country AS country_r, "
    "l.registration_sure AND r.registration_sure AND l.country = r.country AS registers_sure"
)


def candidates_sql(*, only_changed: bool) -> str:
    """record_l < record_r of every pair that shares a live key; a pair counts under its first rule only."""
    parts, earlier = [], ""
    side = "AND (l.record_id IN (FROM changed) OR r.record_id IN (FROM changed))" if only_changed else ""
    for rule in BLOCKING_RULES:
        key = f'"{rule.name}"'
        parts.append(
            "SELECT l.record_id AS record_l, r.record_id AS record_r FROM keys l JOIN keys r "
            f"ON l.{key} = r.{key} WHERE l.record_id < r.record_id {side} {earlier}"
        )
        earlier += f" AND (l.{key} = r.{key}) IS NOT TRUE"
    return " UNION ALL ".join(parts)


def scores_sql(model: Model, *, least_weight: float) -> str:
    """Of `pairs`, a table of two records a row (l_…, r_…): levels (g_…), bits (w_…) and their sum with the prior."""
    compared = comparisons_of(model)
    shares = _shares(compared)
    rare = ", ".join(f"greatest(l.f_{s}, r.f_{s}) AS f_{s}" for s in shares)
    levels = ", ".join(f"{_level_sql(c)} AS g_{c.name}" for c in compared)
    weights = ", ".join(f"{_weight_sql(c, model)} AS w_{c.name}" for c in compared)
    total = " + ".join([repr(model.prior_weight), *(f"w_{c.name}" for c in compared)])
    return SIDE.sub(
        r"\1_\2",
        f"WITH levels AS (SELECT record_l, record_r, {_features()}, {levels}, {rare}, {SIDES} FROM pairs), "
        f"weights AS (SELECT *, {weights} FROM levels) "
        f"SELECT *, {total} AS match_weight FROM weights WHERE {total} >= {least_weight!r}",
    )


def compared_columns(model: Model) -> list[str]:
    """The columns of a record that the statement reads."""
    compared = comparisons_of(model)
    read = " ".join([_features(), SIDES, *map(_level_sql, compared)])
    return sorted({column for _, column in SIDE.findall(read)} | {f"f_{s}" for s in _shares(compared)})


def _features() -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in FEATURES.items())


def _shares(compared: Sequence[Comparison]) -> list[str]:
    return sorted({level.frequency for c in compared for level in c.levels if level.frequency})


def _level_sql(comparison: Comparison) -> str:
    top = len(comparison.levels) - 1
    cases = " ".join(f"WHEN {level.condition} THEN {top - n}" for n, level in enumerate(comparison.levels))
    return f"(CASE WHEN {comparison.missing} THEN -1 {cases} END)::TINYINT"


def _weight_sql(comparison: Comparison, model: Model) -> str:
    top = len(comparison.levels) - 1
    cases = []
    for n, level in enumerate(comparison.levels):
        numbers = model.levels[comparison.name][level.name]
        if level.frequency:
            bits = f"{math.log2(numbers.m)!r} - log2(f_{level.frequency})"
        else:
            bits = repr(math.log2(numbers.m / (numbers.u or 1.0)))
        cases.append(f"WHEN {top - n} THEN {bits}")
    return f"CASE g_{comparison.name} {' '.join(cases)} ELSE 0.0 END"

"""The SQL that scores pairs, written from the comparisons and the model.

Bulk and incremental runs use the same statements over different candidate pairs, so a pair has one weight.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from syncengine.identity.comparisons import FEATURES, Comparison
from syncengine.identity.model import Model
from syncengine.identity.scheme import comparisons_of

SIDE = re.compile(r"\b([lr])\.(\w+)")
SLACK = 1e-6  # bits by which a bound may be wrong for its rounding
SIDES = (
    "l.country AS country_l, r.country AS country_r, "
    "l.registration_sure AND r.registration_sure AND l.country = r.country AS registers_sure"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL over `pairs`, a table of two records a row (l_…, r_…), and the columns of a record that it reads."""

    sql: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, told: str) -> Statement:
        """From conditions as they are written, over `l.` and `r.`."""
        return cls(SIDE.sub(r"\1_\2", told), tuple(sorted({column for _, column in SIDE.findall(told)})))


def cheap_statement(model: Model, *, least_weight: float) -> Statement:
    """Levels (g_…) and bits (w_…) of what is cheap to compare, shares (f_…) and the rows the records stand in.

    Only of pairs that can weigh enough, whatever the rest says: most candidates cannot.
    """
    dear, cheap = _dear(model), _cheap(model)
    shares = _shares(comparisons_of(model))
    rare = [f"greatest(l.f_{s}, r.f_{s}) AS f_{s}" for s in shares]
    most = _sum(model, [*(f"w_{c.name}" for c in cheap), *(_most_sql(c, model) for c in dear)])
    found = _listed(_found(cheap), [f"f_{s}" for s in shares])
    return Statement.of(
        f"WITH told AS (SELECT *, {_listed(rare, _levels(cheap))}, {SIDES} FROM pairs), "
        f"weighed AS (SELECT *, {_listed(_weights(cheap, model))} FROM told) "
        f"SELECT record_l, record_r, row, row_r, {found}, country_l, country_r, registers_sure FROM weighed "
        f"WHERE {most} >= {least_weight - SLACK!r}"
    )


def dear_statement(model: Model, *, least_weight: float) -> Statement:
    """Of what the cheap statement left: the other levels and bits, and match_weight, their sum with the prior."""
    dear, shares = _dear(model), [f"f_{s}" for s in _shares(comparisons_of(model))]
    total = _sum(model, [f"w_{c.name}" for c in comparisons_of(model)])
    return Statement.of(
        f"WITH alike AS (SELECT *, {_listed(_features())} FROM pairs), "
        f"named AS (SELECT *, {_listed(_levels(dear))} FROM alike), "
        f"weighed AS (SELECT *, {_listed(_weights(dear, model))} FROM named) "
        f"SELECT record_l, record_r, {_listed(_found(comparisons_of(model)), shares)}, country_l, country_r, "
        f"registers_sure, {total} AS match_weight FROM weighed WHERE {total} >= {least_weight!r}"
    )


def _cheap(model: Model) -> list[Comparison]:
    return [c for c in comparisons_of(model) if not _is_dear(c)]


def _dear(model: Model) -> list[Comparison]:
    return [c for c in comparisons_of(model) if _is_dear(c)]


def _found(compared: Sequence[Comparison]) -> list[str]:
    return [*(f"g_{c.name}" for c in compared), *(f"w_{c.name}" for c in compared)]


def _is_dear(comparison: Comparison) -> bool:
    """Whether it asks for a measure of likeness that is worked out for every pair."""
    return any(re.search(rf"\b{name}\b", level.condition) for level in comparison.levels for name in FEATURES)


def _most_sql(comparison: Comparison, model: Model) -> str:
    """The most bits that it can give: of a rare value only where both have it."""
    numbers = model.levels[comparison.name]
    plain = [numbers[level.name] for level in comparison.levels if not level.frequency]
    most = max(0.0, *(_bits(n.m, n.u) for n in plain))
    rare = [
        f"CASE WHEN {level.condition} THEN {_rare_bits(numbers[level.name].m, level.frequency)} ELSE 0.0 END"
        for level in comparison.levels
        if level.frequency
    ]
    return f"greatest({_listed([repr(most), *rare])})"


def _sum(model: Model, parts: Sequence[str]) -> str:
    return " + ".join([repr(model.prior_weight), *parts])


def _listed(*parts: Sequence[str]) -> str:
    return ", ".join(part for some in parts for part in some)


def _levels(compared: Sequence[Comparison]) -> list[str]:
    return [f"{_level_sql(c)} AS g_{c.name}" for c in compared]


def _weights(compared: Sequence[Comparison], model: Model) -> list[str]:
    return [f"{_weight_sql(c, model)} AS w_{c.name}" for c in compared]


def _features() -> list[str]:
    return [f"{sql} AS {name}" for name, sql in FEATURES.items()]


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
        bits = _rare_bits(numbers.m, level.frequency) if level.frequency else repr(_bits(numbers.m, numbers.u))
        cases.append(f"WHEN {top - n} THEN {bits}")
    return f"CASE g_{comparison.name} {' '.join(cases)} ELSE 0.0 END"


def _bits(m: float, u: float | None) -> float:
    return math.log2(m / (u or 1.0))


def _rare_bits(m: float, value: str) -> str:
    return f"{math.log2(m)!r} - log2(f_{value})"

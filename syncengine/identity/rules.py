"""What a score means: merged by exact identifiers, merged by probability, or shown to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from syncengine.identity.comparisons import COMPARISONS, Comparison, level_number, level_of
from syncengine.identity.conditions import condition
from syncengine.identity.guards import AUTOMATIC, EXACT, POLICY, REVIEW, Policy

RULES = 4  # raised whenever what is compared, keyed or kept for a person changes: stored pairs are then made anew
IDENTIFIERS = ("tax", "registration", "duns")
LEVELS = 32  # more than any comparison has
MOST_BITS = 60  # beyond which a probability is a nought or a one
FAR_NAMES = ("other_place", "part")
OWN_NAMES = ("same", "other_name")
OTHER_ADDRESSES = ("moved", "other_country", "other_town", "other_street")


def _is(comparison: str, *levels: str) -> str:
    """The condition that a comparison's answer is one of these levels."""
    return f"g_{comparison} IN ({', '.join(str(level_number(comparison, level)) for level in levels)})"


def _any(*conditions: str) -> str:
    return f"({' OR '.join(conditions)})"


# Conditions over the answers (g_…) of a pair, written once in SQL: columns read them as expressions, a handful of
# pairs as Python functions. Register numbers count where those of one country have right check digits.
NUMBERS_DIFFER = _any(
    _is("tax", "different"), _is("duns", "different"), f"{_is('registration', 'different')} AND registers_sure"
)
ELSEWHERE = f"{_is('name', 'contained')} AND {_is('address', 'other_town', 'other_country')}"
SAME_NUMBER = _any(*(_is(name, "same") for name in IDENTIFIERS))
REACHED_ALIKE = _any(_is("web", "same_mail", "same_domain", "same_stem"), SAME_NUMBER)
# Head offices and shared houses answer for many: a number says who picks up, not who is called.
SHARED_LINE = f"NOT {_is('name', *OWN_NAMES)} AND {_is('address', *OTHER_ADDRESSES)} AND NOT {REACHED_ALIKE}"


@dataclass(frozen=True, slots=True)
class Veto:
    """What is never merged without a person, and the sentence that says so."""

    sentence: str
    holds: str


VETOES = (
    Veto("A number that a company has once differs.", NUMBERS_DIFFER),
    Veto("The names differ by a place or division.", _is("name", *FAR_NAMES)),
    Veto("The longer of the names belongs to another town.", ELSEWHERE),
    Veto("The names differ, and so do the addresses; at most a telephone is shared.", SHARED_LINE),
)
UNSUPPORTED = "Only the names agree."
VETOED = _any(*(veto.holds for veto in VETOES))
# Something besides the name agrees; a name alone is never enough, since names collide.
SUPPORTED = _any(
    *(
        _is(c.name, *(level.name for level in c.levels if level.supports))
        for c in COMPARISONS
        if any(level.supports for level in c.levels)
    )
)


def refusal() -> pl.Expr:
    """The sentence of the first rule that keeps a pair for a person; null where none does."""
    rules = [pl.when(pl.sql_expr(veto.holds)).then(pl.lit(veto.sentence)) for veto in VETOES]
    return pl.coalesce([*rules, pl.when(~pl.sql_expr(SUPPORTED)).then(pl.lit(UNSUPPORTED))])


def with_tier(scored: pl.DataFrame, policy: Policy = POLICY) -> pl.DataFrame:
    """match_probability, tier and rule, a sentence id as comparison:level of the strongest reason."""
    odds = pl.lit(2.0).pow(pl.col("match_weight").clip(-MOST_BITS, MOST_BITS))
    vetoed, supported = pl.sql_expr(VETOED), pl.sql_expr(SUPPORTED)
    scored = scored.with_columns(
        match_probability=odds / (1 + odds), registers_sure=pl.col("registers_sure").fill_null(False)
    )
    abroad = (pl.col("country_l") != pl.col("country_r")).fill_null(False)
    exact = pl.sql_expr(SAME_NUMBER) & ~abroad & ~vetoed
    automatic = (pl.col("match_probability") >= policy.automatic) & supported & ~vetoed
    tier = pl.when(exact).then(EXACT).when(automatic).then(AUTOMATIC).otherwise(REVIEW)
    return scored.with_columns(tier=tier.cast(pl.Int16), rule=_strongest())


def judge(answers: Mapping[str, Any], policy: Policy) -> tuple[float, int, str | None]:
    """The same of one pair: match_probability, tier and rule."""
    odds = 2.0 ** max(-MOST_BITS, min(MOST_BITS, answers["match_weight"]))
    probability = odds / (1 + odds)
    free = not _holds(VETOED, answers)
    left, right = answers["country_l"], answers["country_r"]
    abroad = left is not None and right is not None and left != right
    if free and not abroad and _holds(SAME_NUMBER, answers):
        tier = EXACT
    else:
        tier = AUTOMATIC if free and probability >= policy.automatic and _holds(SUPPORTED, answers) else REVIEW
    best = max(answers[f"w_{c.name}"] for c in COMPARISONS)
    reason = next(c for c in COMPARISONS if answers[f"w_{c.name}"] == best)
    return probability, tier, _ids(reason).get(answers[f"g_{reason.name}"])


def _holds(rule: str, answers: Mapping[str, Any]) -> bool:
    return condition(rule)(answers, answers, answers) is True


def _ids(comparison: Comparison) -> dict[int, str]:
    """Sentence ids by the number of the level."""
    top = len(comparison.levels) - 1
    return {top - n: f"{comparison.name}:{level.name}" for n, level in enumerate(comparison.levels)}


def _strongest() -> pl.Expr:
    """The sentence id of what weighs most: looked up once, by a number of the comparison and its level."""
    best = pl.max_horizontal([f"w_{c.name}" for c in COMPARISONS])
    reason, ids = pl.lit(None, pl.Int16), {}
    for first, comparison in reversed(list(zip(range(0, LEVELS * len(COMPARISONS), LEVELS), COMPARISONS, strict=True))):
        said = pl.col(f"g_{comparison.name}").cast(pl.Int16) + first
        reason = pl.when(pl.col(f"w_{comparison.name}") == best).then(said).otherwise(reason)
        ids.update({first + level: id for level, id in _ids(comparison).items()})
    return reason.replace_strict(ids, default=None, return_dtype=pl.String)


def sentence(rule: str) -> str:
    """The sentence a person reads for a rule id such as `web:same_domain`."""
    name, _, level = rule.partition(":")
    comparison = next(c for c in COMPARISONS if c.name == name)
    found = level_of(comparison, level_number(name, level))
    return found.sentence if found else ""

"""What a score means: merged by exact identifiers, merged by probability, or shown to a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from syncengine.identity.comparisons import COMPARISONS, level_number, level_of
from syncengine.identity.guards import AUTOMATIC, EXACT, POLICY, REVIEW, Policy

RULES = 3  # raised whenever what is compared, keyed or kept for a person changes: stored pairs are then made anew
IDENTIFIERS = ("tax", "registration", "duns")
FAR_NAMES = ("other_place", "part")
OWN_NAMES = ("same", "other_name")
OTHER_ADDRESSES = ("moved", "other_country", "other_town", "other_street")


def _is(comparison: str, *levels: str) -> pl.Expr:
    return pl.col(f"g_{comparison}").is_in([level_number(comparison, level) for level in levels])


def _numbers_differ() -> pl.Expr:
    return _is("tax", "different") | _is("duns", "different") | _registers_differ()


def _registers_differ() -> pl.Expr:
    """Register numbers of one country whose check digits are right: two companies, whatever else they share."""
    return _is("registration", "different") & pl.col("registers_sure").fill_null(False)


def _elsewhere() -> pl.Expr:
    return _is("name", "contained") & _is("address", "other_town", "other_country")


def _shared_line() -> pl.Expr:
    """Head offices and shared houses answer for many: a number says who picks up, not who is called."""
    telling = [("web", "same_mail", "same_domain", "same_stem"), *((name, "same") for name in IDENTIFIERS)]
    alone = ~pl.any_horizontal([_is(name, *levels) for name, *levels in telling])
    return ~_is("name", *OWN_NAMES) & _is("address", *OTHER_ADDRESSES) & alone


@dataclass(frozen=True, slots=True)
class Veto:
    """What is never merged without a person, and the sentence that says so."""

    sentence: str
    holds: Callable[[], pl.Expr]


VETOES = (
    Veto("A number that a company has once differs.", _numbers_differ),
    Veto("The names differ by a place or division.", lambda: _is("name", *FAR_NAMES)),
    Veto("The longer of the names belongs to another town.", _elsewhere),
    Veto("The names differ, and so do the addresses; at most a telephone is shared.", _shared_line),
)
UNSUPPORTED = "Only the names agree."


def vetoed() -> pl.Expr:
    """Whether one of the rules keeps a pair for a person."""
    return pl.any_horizontal([veto.holds() for veto in VETOES])


def refusal() -> pl.Expr:
    """The sentence of the first rule that keeps a pair for a person; null where none does."""
    rules = [pl.when(veto.holds()).then(pl.lit(veto.sentence)) for veto in VETOES]
    return pl.coalesce([*rules, pl.when(~supported()).then(pl.lit(UNSUPPORTED))])


def supported() -> pl.Expr:
    """Something besides the name agrees; a name alone is never enough, since names collide."""
    found = [
        _is(c.name, *[level.name for level in c.levels if level.supports])
        for c in COMPARISONS
        if any(level.supports for level in c.levels)
    ]
    return pl.any_horizontal(found)


def with_tier(scored: pl.DataFrame, policy: Policy = POLICY) -> pl.DataFrame:
    """match_probability, tier and rule, a sentence id as comparison:level of the strongest reason."""
    odds = pl.lit(2.0).pow(pl.col("match_weight").clip(-60, 60))
    scored = scored.with_columns(match_probability=odds / (1 + odds))
    same_number = pl.any_horizontal([_is(name, "same") for name in IDENTIFIERS])
    abroad = (pl.col("country_l") != pl.col("country_r")).fill_null(False)
    exact = same_number & ~abroad & ~vetoed()
    automatic = (pl.col("match_probability") >= policy.automatic) & supported() & ~vetoed()
    tier = pl.when(exact).then(EXACT).when(automatic).then(AUTOMATIC).otherwise(REVIEW)
    return scored.with_columns(tier=tier.cast(pl.Int16), rule=_strongest())


def _strongest() -> pl.Expr:
    best = pl.max_horizontal([f"w_{c.name}" for c in COMPARISONS])
    said = pl.lit(None, pl.String)
    for comparison in reversed(COMPARISONS):
        names = {
            len(comparison.levels) - 1 - n: f"{comparison.name}:{lv.name}" for n, lv in enumerate(comparison.levels)
        }
        told = pl.col(f"g_{comparison.name}").replace_strict(names, default=None, return_dtype=pl.String)
        said = pl.when(pl.col(f"w_{comparison.name}") == best).then(told).otherwise(said)
    return said


def sentence(rule: str) -> str:
    """The sentence a person reads for a rule id such as `web:same_domain`."""
    name, _, level = rule.partition(":")
    comparison = next(c for c in COMPARISONS if c.name == name)
    found = level_of(comparison, level_number(name, level))
    return found.sentence if found else ""

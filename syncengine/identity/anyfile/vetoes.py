"""What keeps two rows of a file apart, however much else agrees: each rule with a sentence."""

from __future__ import annotations

from functools import reduce
from operator import and_

import polars as pl

from syncengine.identity.anyfile.comparisons import FILE_COMPARISONS
from syncengine.identity.anyfile.linkage import NEVER

# A file may show that it is careless: family names, which tell no twins and no namesakes apart, differ this often
# though all else agrees. Then a given name or a day of birth that differs as often is mistyped, not another person's.
TOLD = 50  # pairs that agree in all else, to say anything at all
CARELESS, CROWDED = 0.04, 0.33  # the share of them that differs: more than happens, and far less than agrees


def _is(comparison: str, *levels: str) -> pl.Expr:
    """Whether the pair's answer is one of these levels."""
    told = next(c for c in FILE_COMPARISONS if c.name == comparison).levels
    numbers = [len(told) - 1 - n for n, level in enumerate(told) if level.name in levels]
    return pl.col(f"g_{comparison}").is_in(numbers)


PERSON = ("given", "family", "birth", "street")
DOUBTABLE = {"other_given": "given", "other_birth": "birth", "other_number": "person_id"}


def careless(pairs: pl.DataFrame) -> frozenset[str]:
    """Which of what tells persons apart is so often wrong in this file that it keeps nobody apart."""
    if not _often_wrong(pairs, "family"):
        return frozenset()
    return frozenset(rule for rule, name in DOUBTABLE.items() if _often_wrong(pairs, name))


def _often_wrong(pairs: pl.DataFrame, name: str) -> bool:
    agree = reduce(and_, [_is(other, "same") for other in PERSON if other != name])
    told = pairs.filter(agree & (pl.col(f"g_{name}") >= 0))
    differ = told.filter(_is(name, "different")).height
    return told.height >= TOLD and CARELESS * told.height < differ < CROWDED * told.height


def vetoed(doubted: frozenset[str] = frozenset()) -> pl.Expr:
    """The name of the first rule that keeps the pair apart; null where none does. What is doubted forbids nothing."""
    same_number = _is("person_id", "same", "near") | _is("tax", "same") | _is("registration", "same")
    one_person = _is("birth", "same") & _is("family", "same") & _is("given", "same", "short_form", "initial")
    rules = {
        "other_tax": _is("tax", "different"),
        "other_generation": _is("generation", "different"),
        "other_given": _is("given", "different") & ~same_number,
        "other_birth": _is("birth", "different") & ~same_number,
        "other_number": _is("person_id", "different") & ~one_person,
    }
    return pl.coalesce([pl.when(rule).then(pl.lit(name)) for name, rule in rules.items() if name not in doubted])


SENTENCES = {
    "other_tax": "Different tax numbers of one country.",
    "other_generation": "Senior and junior are two persons.",
    "other_given": "Different given names, and no personal number that says they are one.",
    "other_birth": "Born on different days, and no personal number that says they are one.",
    "other_number": "Different personal numbers of one kind.",
}


def with_vetoes(weighed: pl.DataFrame) -> pl.DataFrame:
    """The weighed pairs with `veto`; a vetoed pair weighs so little that nothing outweighs it."""
    told = weighed.with_columns(veto=vetoed(careless(weighed)))
    return told.with_columns(match_weight=pl.when(pl.col("veto").is_null()).then("match_weight").otherwise(NEVER))

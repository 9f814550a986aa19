"""What keeps two rows of a file apart, however much else agrees: each rule with a sentence."""

from __future__ import annotations

import polars as pl

from syncengine.identity.anyfile.comparisons import FILE_COMPARISONS
from syncengine.identity.anyfile.linkage import NEVER


def _is(comparison: str, *levels: str) -> pl.Expr:
    """Whether the pair's answer is one of these levels."""
    told = next(c for c in FILE_COMPARISONS if c.name == comparison).levels
    numbers = [len(told) - 1 - n for n, level in enumerate(told) if level.name in levels]
    return pl.col(f"g_{comparison}").is_in(numbers)


def vetoed() -> pl.Expr:
    """The name of the first rule that keeps the pair apart; null where none does."""
    same_number = _is("person_id", "same", "near") | _is("tax", "same") | _is("registration", "same")
    one_person = _is("birth", "same") & _is("family", "same") & _is("given", "same", "short_form", "initial")
    rules = {
        "other_tax": _is("tax", "different"),
        "other_generation": _is("generation", "different"),
        "other_given": _is("given", "different") & ~same_number,
        "other_birth": _is("birth", "different") & ~same_number,
        "other_number": _is("person_id", "different") & ~one_person,
    }
    return pl.coalesce([pl.when(rule).then(pl.lit(name)) for name, rule in rules.items()])


SENTENCES = {
    "other_tax": "Different tax numbers of one country.",
    "other_generation": "Senior and junior are two persons.",
    "other_given": "Different given names, and no personal number that says they are one.",
    "other_birth": "Born on different days, and no personal number that says they are one.",
    "other_number": "Different personal numbers of one kind.",
}


def with_vetoes(weighed: pl.DataFrame) -> pl.DataFrame:
    """The weighed pairs with `veto`; a vetoed pair weighs so little that nothing outweighs it."""
    told = weighed.with_columns(veto=vetoed())
    return told.with_columns(match_weight=pl.when(pl.col("veto").is_null()).then("match_weight").otherwise(NEVER))

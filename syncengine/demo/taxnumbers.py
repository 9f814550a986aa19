"""Tax and register numbers whose check digits are right, for whole columns of one country."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from syncengine.demo.dice import Dice

Digits = list[pl.Series]


def make_tax_ids(dice: Dice, ids: pl.Series, country: str) -> pl.Series:
    """VAT numbers (EIN in the US) of one country."""
    return MAKERS[country](dice, ids).alias("tax_id")


def make_registrations(dice: Dice, ids: pl.Series, country: str, region_code: pl.Series) -> pl.Series:
    """Company register numbers of one country; null where none is usual."""
    number = dice.between(ids, "register", 10_000, 989_999).cast(pl.String)
    long = dice.between(ids, "register/long", 1_000_000, 9_899_999).cast(pl.String)
    forms: dict[str, pl.Series] = {
        "DE": "HRB " + number,
        "AT": "FN " + number + dice.pick(ids, "register/letter", list("abdfgikmpstvwxyz")),
        "IT": "REA " + region_code.str.slice(0, 2).str.to_uppercase() + "-" + number,
        "NL": "7" + long,
        "GB": "0" + long,
        "PL": "0000" + number.str.zfill(6),
    }
    return forms.get(country, pl.Series([None] * len(ids), dtype=pl.String)).alias("registration_id")


def digits(dice: Dice, ids: pl.Series, count: int, first: int = 1) -> Digits:
    """Columns of single digits; the first is at least `first`."""
    head = dice.between(ids, "tax/0", first, 9)
    return [head, *(dice.below(ids, f"tax/{i}", 10) for i in range(1, count))]


def text(columns: Digits) -> pl.Series:
    """The digits side by side."""
    joined = columns[0].cast(pl.String)
    for column in columns[1:]:
        joined = joined + column.cast(pl.String)
    return joined


def weighted(columns: Digits, weights: Sequence[int]) -> pl.Series:
    """Sum of digits times weights."""
    total = columns[0] * weights[0]
    for column, weight in zip(columns[1:], weights[1:], strict=True):
        total = total + column * weight
    return total


def doubled(column: pl.Series) -> pl.Series:
    """Cross sum of the doubled digit, as in Luhn's rule."""
    return (column * 2) // 10 + (column * 2) % 10


def luhn(columns: Digits) -> pl.Series:
    """The digit that completes the columns to a number passing Luhn's rule."""
    total = columns[0] * 0
    for place, column in enumerate(reversed(columns)):
        total = total + (doubled(column) if place % 2 == 0 else column)
    return (10 - total % 10) % 10


def _unless_ten(body: Digits, check: Callable[[Digits], pl.Series]) -> Digits:
    # Some sums have no check digit: another first digit gives them one.
    other = body[0] % 9 + 1
    bad = check(body) == 10
    head = pl.select(pl.when(bad).then(other).otherwise(body[0])).to_series()
    fixed = [head, *body[1:]]
    return [*fixed, check(fixed)]


def _germany(dice: Dice, ids: pl.Series) -> pl.Series:
    body = digits(dice, ids, 8)
    product = body[0] * 0 + 10
    for column in body:
        total = (column + product) % 10
        total = total + (total == 0).cast(pl.Int64) * 10
        product = (2 * total) % 11
    return "DE" + text([*body, (11 - product) % 10])


def _austria(dice: Dice, ids: pl.Series) -> pl.Series:
    body = digits(dice, ids, 7)
    total = body[0] * 0
    for place, column in enumerate(body):
        total = total + (doubled(column) if place % 2 else column)
    return "ATU" + text([*body, (10 - (total + 4) % 10) % 10])


def _switzerland(dice: Dice, ids: pl.Series) -> pl.Series:
    whole = _unless_ten(digits(dice, ids, 8), lambda b: (11 - weighted(b, (5, 4, 3, 2, 7, 6, 5, 4)) % 11) % 11)
    number = text(whole)
    return "CHE-" + number.str.slice(0, 3) + "." + number.str.slice(3, 3) + "." + number.str.slice(6, 3) + " MWST"


def _france(dice: Dice, ids: pl.Series) -> pl.Series:
    body = digits(dice, ids, 8, first=3)
    siren = text([*body, luhn(body)])
    key = (siren.cast(pl.Int64) % 97 * 3 + 12) % 97
    return "FR" + key.cast(pl.String).str.zfill(2) + siren


def _italy(dice: Dice, ids: pl.Series) -> pl.Series:
    company = digits(dice, ids, 7)
    province = dice.between(ids, "tax/province", 1, 100)
    body = [*company, province // 100, province // 10 % 10, province % 10]
    return "IT" + text([*body, luhn(body)])


def _spain(dice: Dice, ids: pl.Series) -> pl.Series:
    body = digits(dice, ids, 7)
    return "ESB" + text([*body, luhn(body)])


def _netherlands(dice: Dice, ids: pl.Series) -> pl.Series:
    whole = _unless_ten(digits(dice, ids, 8), lambda b: weighted(b, (9, 8, 7, 6, 5, 4, 3, 2)) % 11)
    return "NL" + text(whole) + "B01"


def _britain(dice: Dice, ids: pl.Series) -> pl.Series:
    body = digits(dice, ids, 7)
    check = (97 - weighted(body, (8, 7, 6, 5, 4, 3, 2)) % 97) % 97
    return "GB" + text(body) + check.cast(pl.String).str.zfill(2)


def _united_states(dice: Dice, ids: pl.Series) -> pl.Series:
    prefix = dice.pick(ids, "tax/prefix", ["20", "26", "27", "36", "45", "46", "47", "75", "81", "82", "83", "84"])
    return prefix + "-" + text(digits(dice, ids, 7))


def _poland(dice: Dice, ids: pl.Series) -> pl.Series:
    return "PL" + text(_unless_ten(digits(dice, ids, 9), lambda b: weighted(b, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11))


MAKERS: dict[str, Callable[[Dice, pl.Series], pl.Series]] = {
    "DE": _germany,
    "AT": _austria,
    "CH": _switzerland,
    "FR": _france,
    "IT": _italy,
    "ES": _spain,
    "NL": _netherlands,
    "GB": _britain,
    "US": _united_states,
    "PL": _poland,
}

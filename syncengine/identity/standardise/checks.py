"""Check digits of whole columns: which numbers are of a form their country gives, and add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from syncengine.identity.tables import words

Digits = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Check = Mapping[str, Any]
OLD_BTW: Check = {"weights": [9, 8, 7, 6, 5, 4, 3, 2, -1], "modulus": 11}
LETTERS_NIF, LETTERS_CIF = "TRWAGMYFPDXBNJZSQVHLCKE", "JABCDEFGHI"


def read_numbers(subject: str, told: pl.DataFrame) -> pl.DataFrame:
    """`number` and `country` with the number as its country writes it, its kind, and whether it is `sure`.

    sure is true where check digits are right, false where they are wrong or the number has no form its country
    gives, and null where nothing can be checked. The number stays what it was where it is not understood.
    """
    told = told.with_row_index("row")
    known = told.drop_nulls(["number", "country"])
    parts = [_of_country(part, forms_of(subject, str(country))) for (country,), part in known.group_by("country")]
    parts = [part for part in parts if part.height]
    if not parts:
        return told.select("number", kind=pl.lit(None, pl.String), sure=pl.lit(None, pl.Boolean))
    joined = told.join(pl.concat(parts), on="row", how="left", maintain_order="left")
    return joined.select(pl.coalesce("read", "number").alias("number"), "kind", "sure")


READ = {"row": pl.UInt32, "read": pl.String, "kind": pl.String, "sure": pl.Boolean}


@cache
def forms_of(subject: str, country: str) -> Sequence[Mapping[str, Any]]:
    """The forms of a country's numbers, none where the country is not described."""
    return list(words("numbers")[subject].get(country, []))


def _of_country(part: pl.DataFrame, forms: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """row, read, kind and sure; of several forms a number may have, one that adds up counts before the first."""
    if not forms:
        return pl.DataFrame(schema=READ)
    said = [_in_form(part, form) for form in forms]
    none = part.select("row", read="number", kind=pl.lit(None, pl.String), sure=pl.lit(False), rank=pl.lit(3))
    return (
        pl.concat([*said, none])
        .sort("row", "rank", maintain_order=True)
        .unique("row", keep="first", maintain_order=True)
        .select(pl.col(name).cast(kind) for name, kind in READ.items())
    )


def _in_form(part: pl.DataFrame, form: Mapping[str, Any]) -> pl.DataFrame:
    read = part.with_columns(read=pl.col("number").str.extract(f"^{form['form']}$")).drop_nulls("read")
    if "width" in form:
        read = read.with_columns(pl.col("read").str.zfill(form["width"]))
    sure = pl.lit(None, pl.Boolean)
    if "checks" in form:
        passed = _passed(read["read"], form["checks"])
        if "key" in form:
            passed &= _key_of_siren(read["number"], read["read"])
        sure = pl.lit(pl.Series(passed, dtype=pl.Boolean))
    read = read.with_columns(sure=sure).with_columns(
        rank=pl.when(pl.col("sure")).then(0).when(pl.col("sure").is_null()).then(1).otherwise(2)
    )
    return read.select("row", "read", kind=pl.lit(form["kind"]), sure="sure", rank="rank")


def _passed(numbers: pl.Series, checks: Sequence[Check]) -> Flags:
    """Which of the numbers pass every check."""
    passed = np.ones(numbers.len(), dtype=np.bool_)
    if not numbers.len():
        return passed
    for check in checks:
        passed &= RULES[check["rule"]](numbers) if "rule" in check else _weighted(_digits(numbers), check)
    return passed


def _digits(numbers: pl.Series) -> Digits:
    """One row a number, one column a digit; all numbers are of one length."""
    plain = numbers.cast(pl.Int64).to_numpy()
    width = int(numbers.str.len_bytes().max() or 0)  # type: ignore[arg-type]
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits: Digits = plain[:, None] // powers[None, :] % 10
    return digits


def _weighted(digits: Digits, check: Check) -> Flags:
    weights = np.array(check["weights"], dtype=np.int64)
    products = digits[:, : len(weights)] * weights
    if check.get("cross"):
        products = products // 10 + products % 10
    if check.get("ten"):
        last = digits[:, len(weights) - 1]
        found: Flags = -products[:, :-1].sum(axis=1) * weights[-1] % check["modulus"] % 10 == last
        return found
    rest = (products.sum(axis=1) + check.get("plus", 0)) % check["modulus"]
    return np.isin(rest, check.get("rest", [0]))


def _mod_11_10(numbers: pl.Series) -> Flags:
    """ISO 7064 MOD 11,10."""
    digits = _digits(numbers)
    carried = np.full(len(digits), 5, dtype=np.int64)
    for column in digits.T:
        carried = (np.where(carried == 0, 10, carried) * 2 % 11 + column) % 10
    found: Flags = carried == 1
    return found


def _key_of_siren(whole: pl.Series, siren: pl.Series) -> Flags:
    """The two digits before a SIREN; keys with letters are not checked."""
    key = whole.str.head(2).cast(pl.Int64, strict=False)
    expected = (siren.cast(pl.Int64) % 97 * 3 + 12) % 97
    return (key == expected).fill_null(True).to_numpy()


def _btw(numbers: pl.Series) -> Flags:
    """Dutch: the first nine digits add up, or with NL before it the whole leaves 1 by 97."""
    old = _weighted(_digits(numbers.str.head(9)), OLD_BTW)
    tail = numbers.str.tail(2).cast(pl.Int64)
    # N is 23, L is 21 and B is 11 in ISO 7064 MOD 97-10.
    whole = (2321 * 10**9 % 97 + numbers.str.head(9).cast(pl.Int64)) % 97 * 10**4 + 11 * 100 + tail
    found: Flags = old | (whole % 97 == 1).to_numpy()
    return found


def _nif(numbers: pl.Series) -> Flags:
    """Spanish: a letter by 23 for people, a digit or letter after Luhn for companies."""
    frame = pl.DataFrame({"n": numbers})
    first, last = pl.col("n").str.head(1), pl.col("n").str.tail(1)
    personal = pl.concat_str(
        first.replace({"X": "0", "Y": "1", "Z": "2", "K": "0", "L": "0", "M": "0"}), pl.col("n").str.slice(1, 7)
    ).cast(pl.Int64, strict=False)
    letter = pl.lit(pl.Series(list(LETTERS_NIF))).gather(personal % 23)
    body = frame["n"].str.slice(1, 7)
    luhn = _digits(body) * np.array([2, 1, 2, 1, 2, 1, 2])
    control = pl.Series(-(luhn // 10 + luhn % 10).sum(axis=1) % 10)
    told = frame.with_columns(control=control)
    company = first.str.contains("[ABCDEFGHJNPQRSUVW]") & (
        (last == pl.col("control").cast(pl.String))
        | (last == pl.lit(pl.Series(list(LETTERS_CIF))).gather(pl.col("control")))
    )
    return told.select((letter == last).fill_null(False) | company).to_series().to_numpy()


RULES = {"mod_11_10": _mod_11_10, "btw": _btw, "nif": _nif}

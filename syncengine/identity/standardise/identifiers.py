"""Numbers that authorities and registers give: tax, company register, D-U-N-S."""

from __future__ import annotations

from functools import cache

import polars as pl

from syncengine.identity.standardise.checks import read_numbers
from syncengine.identity.standardise.text import code
from syncengine.identity.tables import table

PREFIX = r"^([A-Z]{2})[A-Z0-9]*\d"
HOLLOW = r"^(?:0+|1+|9+|123456789)$"  # D-U-N-S that stand for nothing


def identifier_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """tax, registration and duns; tax_country and tax_kind; tax_sure and registration_sure where check digits tell."""
    codes = {"_told_tax": code(pl.col("tax_id")), "_told_register": code(pl.col("registration_id"))}
    told = frame.with_columns(**codes).collect()
    return told.with_columns(*_tax(told), *_registration(told), _duns()).drop("_told_tax", "_told_register").lazy()


def _tax(told: pl.DataFrame) -> list[pl.Series]:
    """The number without its country, whose it is, its kind, and whether its check digits are right."""
    tax, country = told["_told_tax"], told["country"]
    if tax.null_count() == tax.len():
        return [_none(tax.len(), name, kind) for name, kind in TAX.items()]
    prefix = tax.str.extract(PREFIX).replace("EL", "GR")
    prefix = prefix.zip_with(prefix.is_in(countries().implode()), pl.Series([None], dtype=pl.String))
    at_home = (prefix == country.zip_with(country.is_not_null(), prefix)).fill_null(False)
    of = country.zip_with(country.is_not_null(), prefix)
    read = read_numbers("tax", pl.DataFrame({"number": tax.str.slice(2).zip_with(at_home, tax), "country": of}))
    read = read.with_columns(country=of)
    abroad = (prefix.is_not_null() & ~at_home).fill_null(False)
    if abroad.any():
        read = _of_another(read, tax, prefix, abroad)
    usable = read["number"].str.len_chars() >= 6
    read = read.with_columns(pl.when(usable).then(pl.all()))
    return [read[name].alias(alias) for name, alias in zip(("number", "country", "kind", "sure"), TAX, strict=True)]


def _of_another(read: pl.DataFrame, tax: pl.Series, prefix: pl.Series, abroad: pl.Series) -> pl.DataFrame:
    """A number of another country than the address's, where it is a right one there."""
    there = read_numbers("tax", pl.DataFrame({"number": tax.str.slice(2), "country": prefix}))
    there = there.with_columns(country=prefix)
    right = abroad & there["sure"].fill_null(False)
    return read.with_columns(there[name].zip_with(right, read[name]).alias(name) for name in read.columns)


def _registration(told: pl.DataFrame) -> list[pl.Series]:
    number = told["_told_register"]
    if number.null_count() == number.len():
        return [_none(number.len(), "registration", pl.String), _none(number.len(), "registration_sure", pl.Boolean)]
    read = read_numbers("registration", pl.DataFrame({"number": number, "country": told["country"]}))
    # Registers that give no check digits write their numbers in many ways: none of them is wrong.
    read = read.with_columns(pl.when(read["number"].str.len_chars() >= 4).then(pl.all()))
    return [read["number"].alias("registration"), read["sure"].alias("registration_sure")]


def _duns() -> pl.Expr:
    digits = pl.col("duns").str.slice(0, 60).str.replace_all(r"\D", "")
    duns = pl.when(digits.str.len_chars().is_between(7, 9)).then(digits.str.zfill(9))
    hollow = duns.str.contains(HOLLOW)
    return pl.when(~hollow).then(duns).alias("duns")


TAX = {"tax": pl.String, "tax_country": pl.String, "tax_kind": pl.String, "tax_sure": pl.Boolean}


def _none(height: int, name: str, kind: type[pl.DataType]) -> pl.Series:
    return pl.Series(name, [None], dtype=kind).new_from_index(0, height)


@cache
def countries() -> pl.Series:
    return table("countries")["country"].unique().sort()

"""Customers whose names say that they belong together: one company's place or division, or what it used to be called.

Grain: one pair a customer and the one its name points to, as long as exactly one customer has that name.
"""

from __future__ import annotations

import polars as pl

from accounts.frames import read, stage
from syncengine.identity import standardise

NAMES: dict[str, pl.DataType] = {"record_id": pl.Int64(), "name": pl.String(), "country": pl.String()}
FORMERLY = (
    r"(?i)(?:\b(?:formerly|previously|vormals|ehemals|früher|anciennement|voorheen|dawniej|antes|tidigare)"
    r"(?: known as)?\b|\b[fp]/k/a\b|\bfka\b)[\s:.]*([^)\]]{3,})"
)
KIN = {"account_id": "bigint", "other_id": "bigint", "relation": "text", "reason": "text"}
STAGED = "named_kin"


def stage_kin() -> None:
    """Put the pairs into the table STAGED."""
    stage(STAGED, KIN, kin(read("SELECT id, name, country FROM accounts_account WHERE merged_into_id IS NULL", NAMES)))


def kin(customers: pl.DataFrame) -> pl.DataFrame:
    """KIN of customers (record_id, name, country): who, to whom, what it is, and a sentence."""
    tidy = standardise(customers).select("record_id", "name", "base", "place", "division", "country")
    plain = tidy.filter(pl.col("place").is_null() & pl.col("division").is_null())
    heads = plain.filter(pl.col("name").is_unique()).select(base="name", other_id="record_id", home="country")
    return pl.concat([_parts(tidy, heads), _former(customers, heads)]).select(list(KIN))


def _parts(tidy: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Those whose name is another's with a place or a division behind it."""
    abroad = (pl.col("country") != pl.col("home")).fill_null(False)
    placed = tidy.filter(pl.col("place").is_not_null() | pl.col("division").is_not_null())
    found = placed.join(heads, on="base").filter(pl.col("record_id") != pl.col("other_id"))
    said = pl.when(pl.col("place").is_null()).then(pl.lit("a division")).otherwise(pl.lit("a place"))
    return found.select(
        account_id="record_id",
        other_id="other_id",
        relation=pl.when(abroad).then(pl.lit("parent")).otherwise(pl.lit("branch")),
        reason=pl.concat_str(pl.lit("Its name is the other's with "), said, pl.lit(" behind it")),
    )


def _former(customers: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Those that say in their name what they used to be called."""
    told = customers.with_columns(name=pl.col("name").str.extract(FORMERLY)).drop_nulls("name")
    found = standardise(told).select("record_id", base="name").join(heads, on="base")
    return found.filter(pl.col("record_id") != pl.col("other_id")).select(
        account_id="record_id", other_id="other_id", relation=pl.lit("former"),
        reason=pl.lit("Its name says that it used to have the other's"),
    )  # fmt: skip

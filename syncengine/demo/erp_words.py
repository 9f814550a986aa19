"""Marks and codes that all of the ERP's tables share."""

from __future__ import annotations

import polars as pl

TERMS = {
    "30 days net": "ZB30",
    "14 days 2 %, 30 days net": "ZB14S",
    "14 days net": "ZB14",
    "60 days net": "ZB60",
    "prepaid": "ZB00",
}
ALIVE = pl.lit(None, pl.String).alias("Loeschkz")


def crossed(name: str) -> pl.Expr:
    """An X where the column is true, else nothing."""
    return pl.when(name).then(pl.lit("X")).otherwise(None)

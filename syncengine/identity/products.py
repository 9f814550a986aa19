"""Products: the same article number is the same product."""

from __future__ import annotations

import polars as pl

from syncengine.identity.standardise.text import fold, said


def partition_products(frame: pl.DataFrame) -> pl.DataFrame:
    """record_id and cluster; a product without a number stands alone."""
    number = pl.lit(None, pl.String)
    if "product_code" in frame.columns:
        number = said(fold(pl.col("product_code").cast(pl.String)).str.replace_all(" ", "", literal=True))
    told = frame.select(pl.col("record_id").cast(pl.Int64), number=number)
    first = pl.col("record_id").min().over("number")
    return told.select(
        "record_id", cluster=pl.when(pl.col("number").is_null()).then("record_id").otherwise(first)
    ).sort("record_id")

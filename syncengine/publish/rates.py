"""Amounts in the base currency at the rate of the document's day, with the rate kept beside them."""

from __future__ import annotations

from datetime import date

import polars as pl

from accounts.golden.shape import DOCUMENT_DATE, document_shape
from syncengine.policies import Reference

RATE = pl.Decimal(precision=38, scale=9)


def with_base_amounts(name: str, frame: pl.DataFrame, reference: Reference, *, today: date) -> pl.DataFrame:
    """The frame with `rate` and every base amount; null where no rate is known for the currency."""
    shape = document_shape(name)
    if not shape.base or "currency" not in frame.columns:
        return frame
    day = DOCUMENT_DATE.get(name)
    on = pl.col(day).fill_null(today) if day in frame.columns else pl.lit(today)
    rated = _rated(frame.with_row_index("place").with_columns(on=on), reference).sort("place")
    amounts = [
        (pl.col(of) * pl.col("rate").cast(pl.Decimal(38, 6))).cast(pl.Decimal(38, 6)).alias(base)
        for base, of in shape.base
        if of in frame.columns
    ]
    return rated.with_columns(amounts).drop("place", "on")


def _rated(frame: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The rate of the last day on or before the document's; the first known one for older documents."""
    known = pl.DataFrame(
        {
            "currency": [rate.currency for rate in reference.rates],
            "on": [rate.date for rate in reference.rates],
            "rate": [rate.rate for rate in reference.rates],
        },
        schema={"currency": pl.String, "on": pl.Date, "rate": RATE},
    ).sort("on")
    first = known.unique("currency", keep="first", maintain_order=True).select("currency", first="rate")
    joined = frame.sort("on").join_asof(known, on="on", by="currency", strategy="backward", check_sortedness=False)
    base = pl.when(pl.col("currency") == reference.base_currency).then(pl.lit(1).cast(RATE))
    return (
        joined.join(first, on="currency", how="left")
        .with_columns(rate=pl.coalesce(base, "rate", "first").cast(RATE))
        .drop("first")
    )

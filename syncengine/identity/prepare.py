"""Standardised records with each value's rarity and the rarest words of the name."""

from __future__ import annotations

import math

import polars as pl

from syncengine.identity.comparisons import TOKENS
from syncengine.identity.frequencies import ADDRESS, VALUES
from syncengine.identity.hubs import without_hubs
from syncengine.identity.model import Model

FEW = 1_000  # values up to which looking each one up is quicker than a join with all that are known


def prepare(standardised: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The records with f_<value> shares, t1… rarest words, w1… their weights and w_all their sum."""
    frame = without_hubs(standardised, model.hubs).with_columns(address=ADDRESS)
    for value in model.floors:
        frame = _with_share(frame, value, VALUES[value], model)
    return _with_words(frame, model).drop("tokens")


def _with_share(frame: pl.DataFrame, value: str, column: str, model: Model) -> pl.DataFrame:
    """The share of companies with the value; the floor where only one is known to have it."""
    share = f"f_{value}"
    floor = pl.lit(model.floor(value))
    known = model.frequencies.get(value)
    if known is None:
        return frame.with_columns(floor.alias(share))
    known = _present(known, frame[column])
    known = known.select(pl.col("value").alias(column), pl.col("share").alias(share))
    return frame.join(known, on=column, how="left", maintain_order="left").with_columns(pl.col(share).fill_null(floor))


def _present(known: pl.DataFrame, values: pl.Series) -> pl.DataFrame:
    """The rows of a table sorted by its first column that a few values concern, found without reading the table."""
    if values.len() > FEW or known.height <= FEW:
        return known
    asked = values.drop_nulls().unique()
    at = known.to_series(0).search_sorted(asked)
    return known[at.clip(0, known.height - 1)].unique()


def _with_words(frame: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Rarity of a word between 0 (everyone has it) and 1 (one company has it)."""
    scale = math.log(model.records)
    known = model.frequencies.get("token", pl.DataFrame(schema={"token": pl.String, "n": pl.Int64}))
    words = frame.select("record_id", token="tokens").explode("token").drop_nulls()
    words = words.join(_present(known, words["token"]), on="token", how="left")
    rarity = (1 - pl.col("n").fill_null(1).log() / scale).clip(0.02, 1.0)
    words = words.with_columns(w=rarity).sort(["record_id", "w", "token"], descending=[False, True, False])
    best = words.group_by("record_id", maintain_order=True).agg(pl.col("token").head(TOKENS), pl.col("w").head(TOKENS))
    places = range(TOKENS)
    best = best.select(
        "record_id",
        *[pl.col("token").list.get(n, null_on_oob=True).alias(f"t{n + 1}") for n in places],
        *[pl.col("w").list.get(n, null_on_oob=True).alias(f"w{n + 1}") for n in places],
        w_all=pl.col("w").list.sum(),
    )
    return frame.join(best, on="record_id", how="left", maintain_order="left")

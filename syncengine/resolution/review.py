"""Which pairs a person should judge: the strongest between each two customers that nobody has decided."""

from __future__ import annotations

import polars as pl

from syncengine.identity.rows import rows_of
from syncengine.resolution.affected import PAIRS

FEW = 500  # pairs up to which a loop that finds nothing saves three joins of frames
NONE = pl.DataFrame(schema={**PAIRS, **dict.fromkeys(("account_l", "account_r", "low", "high"), pl.Int64)})


def undecided(pairs: pl.DataFrame, members: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """The strongest undecided pair between each two customers."""
    if pairs.height <= FEW and not _any_between(pairs, members):
        return NONE
    sides = members.select("record_id", "account_id")
    open_pairs = (
        pairs.join(sides.rename({"record_id": "record_l", "account_id": "account_l"}), on="record_l")
        .join(sides.rename({"record_id": "record_r", "account_id": "account_r"}), on="record_r")
        .filter(pl.col("account_l") != pl.col("account_r"))
        .join(bound, on=["record_l", "record_r"], how="anti")
    )
    low = pl.min_horizontal("account_l", "account_r")
    high = pl.max_horizontal("account_l", "account_r")
    return (
        open_pairs.with_columns(low=low, high=high)
        .sort("match_weight", "record_l", "record_r", descending=[True, False, False])
        .unique(subset=["low", "high"], keep="first", maintain_order=True)
    )


def _any_between(pairs: pl.DataFrame, members: pl.DataFrame) -> bool:
    """Whether any pair is of two customers."""
    whose = dict(rows_of(members, "record_id", "account_id"))
    return any(whose.get(left) != whose.get(right) for left, right in rows_of(pairs, "record_l", "record_r"))

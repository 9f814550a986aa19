"""Which rows of a file are compared: those that share one of many keys, or all where there are few."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from syncengine.identity.sharing import sharing
from syncengine.identity.standardise.sounds import sound

FEW = 600  # up to here every row is compared with every other
CAP = 60  # a key that more rows share says too little, unless another one brings them together
SINGLE = (
    "tax", "registration", "email", "domain", "phone", "name_key", "alias_1", "alias_2", "joined", "birth",
)  # fmt: skip
TOGETHER = (
    ("street_key",), ("street_key", "postcode"), ("house", "postcode"), ("house", "tok1"), ("road_core", "house"),
    ("postcode", "tok1"), ("postcode", "t1"), ("city", "tok1"), ("city", "t1"), ("t1", "t2"), ("t2", "t3"),
    ("t1", "t3"),
    ("birth", "initial"), ("birth", "family_sound"), ("family_sound", "given_sound"), ("family", "initial"),
    ("family_bones", "given_bones"), ("phone_end", "tok1"), ("postcode", "phone_end"),
)  # fmt: skip
WORDS = (("t1", "t2"), ("s1", "s2"))  # words of a name and how they sound meet in whatever place they stand


def candidates(prepared: pl.DataFrame) -> pl.DataFrame:
    """record_l < record_r of the pairs worth a comparison, with the rows they stand in where there are many."""
    if prepared.height <= FEW:
        return _all_pairs(prepared)
    return sharing(prepared["record_id"], ((keys, CAP) for keys in _keys(prepared)))


def _all_pairs(prepared: pl.DataFrame) -> pl.DataFrame:
    left = prepared.select(record_l="record_id")
    return left.join(prepared.select(record_r="record_id"), how="cross").filter(pl.col("record_l") < pl.col("record_r"))


def _keys(prepared: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """row and key of each kind of key, null where a row has none."""
    frame = prepared.with_row_index("row").with_columns(
        phone_end=pl.col("phone").str.slice(-7), s1=sound(pl.col("t1")), s2=sound(pl.col("t2"))
    )
    for one, two in WORDS:
        second = pl.when(pl.col(two).ne_missing(pl.col(one))).then(two)
        yield pl.concat([_hashed(frame, pl.col(one)), _hashed(frame, second)])
    for columns in [*[(column,) for column in SINGLE], *TOGETHER]:
        yield _hashed(frame, pl.concat_str(columns, separator="\x1f"))
    yield frame.select("row", key="ids").explode("key").drop_nulls("key").with_columns(pl.col("key").hash())


def _hashed(frame: pl.DataFrame, text: pl.Expr) -> pl.DataFrame:
    return frame.select("row", key=text).drop_nulls().with_columns(pl.col("key").hash())

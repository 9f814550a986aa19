"""Which rows of a file are compared: those that share one of many keys, or all where there are few."""

from __future__ import annotations

import polars as pl

from syncengine.identity.sharing import sharing
from syncengine.identity.standardise.sounds import sound

FEW = 600  # up to here every row is compared with every other
CAP = 60  # a key that more rows share says too little, unless another one brings them together
SINGLE = (
    "tax", "registration", "email", "domain", "phone", "name_key", "alias_1", "alias_2", "joined", "t1", "t2", "birth",
)  # fmt: skip
TOGETHER = (
    ("street_key",), ("street_key", "postcode"), ("house", "postcode"), ("house", "tok1"), ("road_core", "house"),
    ("postcode", "tok1"), ("postcode", "t1"), ("city", "tok1"), ("city", "t1"), ("t1", "t2"), ("t2", "t3"),
    ("t1", "t3"),
    ("birth", "initial"), ("birth", "family_sound"), ("family_sound", "given_sound"), ("family", "initial"),
    ("family_bones", "given_bones"), ("phone_end", "tok1"), ("postcode", "phone_end"),
)  # fmt: skip


def candidates(prepared: pl.DataFrame) -> pl.DataFrame:
    """record_l < record_r of the pairs worth a comparison, with the rows they stand in where there are many."""
    if prepared.height <= FEW:
        return _all_pairs(prepared)
    return sharing(prepared["record_id"], [(_keys(prepared), CAP)])


def _all_pairs(prepared: pl.DataFrame) -> pl.DataFrame:
    left = prepared.select(record_l="record_id")
    return left.join(prepared.select(record_r="record_id"), how="cross").filter(pl.col("record_l") < pl.col("record_r"))


def _keys(prepared: pl.DataFrame) -> pl.DataFrame:
    """(row, key), one of each key that a record has; keys of different kinds never meet."""
    frame = prepared.with_row_index("row").with_columns(
        phone_end=pl.col("phone").str.slice(-7), s1=sound(pl.col("t1")), s2=sound(pl.col("t2"))
    )
    kinds = [*[(column,) for column in (*SINGLE, "s1", "s2")], *TOGETHER]
    parts = [_key(frame, n, columns) for n, columns in enumerate(kinds)]
    listed = frame.select("row", key="ids").explode("key").drop_nulls("key")
    parts.append(listed.select("row", key=pl.col("key").hash(seed=99)))
    return pl.concat(parts).unique()


def _key(frame: pl.DataFrame, kind: int, columns: tuple[str, ...]) -> pl.DataFrame:
    told = frame.select("row", *columns).drop_nulls()
    # words of a name meet in whatever place they stand
    seed = 7 if columns in (("t1",), ("t2",)) else 8 if columns in (("s1",), ("s2",)) else 100 + kind
    text = pl.concat_str(sorted(columns) if columns[0].startswith("t") else list(columns), separator="\x1f")
    return told.select("row", key=text.hash(seed=seed))

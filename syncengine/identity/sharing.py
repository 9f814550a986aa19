"""Pairs of records that share a key: with the keys in order, whoever holds one stands beside the others.

A join of the records with themselves takes twice as long: it carries every other key along.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray

from syncengine.identity.engine import THREADS

AT_ONCE = 6  # kinds of keys whose pairs are put in order together: all of ten million records take gigabytes
Rows = NDArray[np.int64]


def sharing(record_ids: pl.Series, held: Iterable[tuple[pl.DataFrame, int]]) -> pl.DataFrame:
    """record_l < record_r of every pair that shares a key, each once, with the rows they stand in.

    `held` has frames of row and key (null: none), each row once a key, and how many rows may hold one that still
    compares them.
    """
    kinds, pairs, height = iter(held), pl.Series(dtype=pl.Int64), record_ids.len()
    numbers = partial(_numbers, height)
    with ThreadPoolExecutor(THREADS) as pool:
        while found := list(pool.map(numbers, islice(kinds, AT_ONCE))):
            pairs = pl.concat([pairs, *found]).sort()
            pairs = pairs.filter(pairs != pairs.shift(fill_value=-1))
    return _named(record_ids, *np.divmod(pairs.to_numpy(), max(height, 1)))


def _numbers(height: int, held: tuple[pl.DataFrame, int]) -> pl.Series:
    """Every two rows that hold one key as one number, the lesser row as its higher digits."""
    frame, most = held
    ordered = frame.drop_nulls("key").sort("key")
    keys, rows = ordered["key"].to_numpy(), ordered["row"].to_numpy().astype(np.int64)
    begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(begins, append=keys.size)
    compared = (sizes >= 2) & (sizes <= most)
    one, other = _every_two(begins[compared], sizes[compared])
    lesser, greater = np.minimum(rows[one], rows[other]), np.maximum(rows[one], rows[other])
    return pl.Series(lesser * height + greater)


def _every_two(begins: Rows, sizes: Rows) -> tuple[Rows, Rows]:
    """The places of every two members of groups that begin somewhere and have a size."""
    members = _counted(begins, sizes)
    behind = np.repeat(begins + sizes, sizes) - members - 1
    return np.repeat(members, behind), _counted(members + 1, behind)


def _counted(begins: Rows, sizes: Rows) -> Rows:
    """Whole numbers from each beginning on, as many as each size says."""
    counted: Rows = np.arange(sizes.sum()) + np.repeat(begins - (np.cumsum(sizes) - sizes), sizes)
    return counted


def _named(record_ids: pl.Series, one: Rows, other: Rows) -> pl.DataFrame:
    """The pairs by the ids of their records, the lesser left."""
    pairs = pl.DataFrame({"row": one, "row_r": other}, {"row": pl.UInt32, "row_r": pl.UInt32})
    pairs = pairs.with_columns(record_l=record_ids[pairs["row"]], record_r=record_ids[pairs["row_r"]])
    turned = pl.col("record_l") > pl.col("record_r")
    names = (("record_l", "record_r"), ("record_r", "record_l"), ("row", "row_r"), ("row_r", "row"))
    return pairs.select(pl.when(turned).then(other).otherwise(name).alias(name) for name, other in names)

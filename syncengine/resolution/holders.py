"""Who holds a key once some have gained and some have lost it, and which keys cross what their rule allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

FEW = 2_000  # rows up to which a loop beats joins of frames
HELD: dict[str, pl.DataType] = {"record_id": pl.Int64(), "place": pl.Int16(), "key": pl.Int64()}


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds each key after the moves (HELD), and everybody who holds a key that crossed its limit."""

    held: pl.DataFrame
    crossing: pl.Series

    def beside(self, held: pl.DataFrame) -> Holders:
        """With holders of further keys, which nobody gained or lost."""
        return Holders(pl.concat([self.held, held]), self.crossing)

    def split(self, keys: pl.Series, most: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """HELD of those keys that two records at least hold and no more than allowed, and of those that too many do."""
        if self.held.height <= FEW:
            return _split_few(self.held, set(keys), most)
        told = self.held.filter(pl.col("key").is_in(keys.unique().implode()))
        count, allowed = pl.len().over("key"), _allowed(most)
        return told.filter(count.is_between(2, allowed)), told.filter(count > allowed)


def moved_holders(before: pl.DataFrame, gained: pl.DataFrame, lost: pl.DataFrame, most: Sequence[int]) -> Holders:
    """From who held the keys before (at least as many as `most` of their place allows and one, with the losers)."""
    if before.height + gained.height + lost.height <= FEW:
        return _moved_few(before, gained, lost, most)
    after = pl.concat([before.join(lost, on=list(HELD), how="anti"), gained.select(list(HELD))])
    sizes = _sizes(before, "before").join(_sizes(after, "after"), on=["place", "key"], how="full", coalesce=True)
    known = sizes.with_columns(pl.col("before", "after").fill_null(0))
    crossed = known.filter((pl.col("before") <= _allowed(most)) != (pl.col("after") <= _allowed(most)))
    return Holders(after, after.join(crossed, on="key", how="semi")["record_id"].unique())


def _sizes(held: pl.DataFrame, name: str) -> pl.DataFrame:
    return held.group_by("place", "key").agg(pl.len().alias(name))


def _allowed(most: Sequence[int]) -> pl.Expr:
    """The limit of a row's place."""
    return pl.col("place").replace_strict(range(1, len(most) + 1), most, return_dtype=pl.UInt32)


def _moved_few(before: pl.DataFrame, gained: pl.DataFrame, lost: pl.DataFrame, most: Sequence[int]) -> Holders:
    held = _by_key(before)
    sizes = {key: len(records) for key, records in held.items()}
    for record, *key in lost.iter_rows():
        held[tuple(key)].discard(record)
    for record, *key in gained.iter_rows():
        held[tuple(key)].add(record)
    crossed = [
        records
        for key, records in held.items()
        if (sizes.get(key, 0) <= most[key[0] - 1]) != (len(records) <= most[key[0] - 1])
    ]
    return Holders(_as_frame(held), pl.Series(sorted(set().union(*crossed)), dtype=pl.Int64))


def _split_few(held: pl.DataFrame, keys: set[int], most: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    told = {key: records for key, records in _by_key(held).items() if key[1] in keys}
    live = {key: records for key, records in told.items() if 2 <= len(records) <= most[key[0] - 1]}
    common = {key: records for key, records in told.items() if len(records) > most[key[0] - 1]}
    return _as_frame(live), _as_frame(common)


def _by_key(held: pl.DataFrame) -> defaultdict[tuple[int, ...], set[int]]:
    """(place, key) and the records that hold it."""
    found: defaultdict[tuple[int, ...], set[int]] = defaultdict(set)
    for record, *key in held.iter_rows():
        found[tuple(key)].add(record)
    return found


def _as_frame(held: dict[tuple[int, ...], set[int]]) -> pl.DataFrame:
    rows = [(record, *key) for key, records in held.items() for record in records]
    return pl.DataFrame(rows, HELD, orient="row")

"""Chance that is the same on every machine: each draw is a function of seed, tag and row number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import polars as pl


def _u64(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)


GOLDEN, MIX_1, MIX_2 = (_u64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
SHIFT_30, SHIFT_27, SHIFT_31 = (_u64(1 << bits) for bits in (30, 27, 31))
ROW = pl.col("i")


def mix(column: pl.Expr) -> pl.Expr:
    """Splitmix64: spreads neighbouring numbers over all 64 bits (arithmetic wraps)."""
    z = (column ^ (column // SHIFT_30)) * MIX_1
    z = (z ^ (z // SHIFT_27)) * MIX_2
    return z ^ (z // SHIFT_31)


class Dice:
    """Throws for columns of row numbers; a tag names the question, so that no two questions share a throw."""

    def __init__(self, seed: int | str) -> None:
        self.seed = seed

    def bits(self, ids: pl.Series, tag: str) -> pl.Series:
        """64 random bits a row."""
        digest = hashlib.blake2b(f"{self.seed}:{tag}".encode(), digest_size=8).digest()
        salt = int.from_bytes(digest, "little")
        frame = pl.DataFrame({"i": ids.cast(pl.UInt64)})
        return frame.select(mix(ROW * GOLDEN + _u64(salt))).to_series()

    def unit(self, ids: pl.Series, tag: str) -> pl.Series:
        """Evenly spread numbers in [0, 1)."""
        return (self.bits(ids, tag) // (1 << 11)).cast(pl.Float64) / float(1 << 53)

    def below(self, ids: pl.Series, tag: str, top: int | pl.Series) -> pl.Series:
        """Whole numbers from 0 to top - 1."""
        return (self.unit(ids, tag) * top).floor().cast(pl.Int64)

    def between(self, ids: pl.Series, tag: str, low: int | pl.Series, high: int | pl.Series) -> pl.Series:
        """Whole numbers from low to high, both included."""
        return self.below(ids, tag, high - low + 1) + low

    def chance(self, ids: pl.Series, tag: str, share: float | pl.Series) -> pl.Series:
        """True for about that share of the rows."""
        return self.unit(ids, tag) < share

    def bell(self, ids: pl.Series, tag: str) -> pl.Series:
        """Numbers around 0 with a spread of about 1, never beyond ±3.5."""
        total = self.unit(ids, tag + "/0")
        for throw in range(1, 4):
            total = total + self.unit(ids, f"{tag}/{throw}")
        return (total - 2.0) * 1.7320508

    def pick(self, ids: pl.Series, tag: str, values: Sequence[Any]) -> pl.Series:
        """One of the values a row, each as likely as the others."""
        return pl.Series(values).gather(self.below(ids, tag, len(values)))

    def weigh(self, ids: pl.Series, tag: str, weights: dict[Any, int]) -> pl.Series:
        """One of the keys a row, as often as their weights say."""
        slots = [key for key, weight in weights.items() for _ in range(weight)]
        return self.pick(ids, tag, slots)

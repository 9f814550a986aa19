"""Reading columns from the values they follow from: a value that many records share is read once.

A town has thousands of customers and a telephone number a record in every system, so that reading a million records
value by value takes a quarter off all that is no name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from syncengine.identity.engine import THREADS

PART = 50_000  # rows that are worked on at once
FEW = 1_000  # rows of which looking for equal ones takes longer than reading all


@dataclass(frozen=True, slots=True)
class Reading:
    """The columns that a step tells, and those that it reads; `shared` where many records have equal ones."""

    step: Callable[[pl.LazyFrame], pl.LazyFrame]
    given: tuple[str, ...]
    told: tuple[str, ...]
    shared: bool = True


def read_columns(frame: pl.DataFrame, readings: Sequence[Reading]) -> list[pl.Series]:
    """What every reading tells, in the order of the rows; readings know nothing of one another."""
    asked = [_asked(frame, reading) for reading in readings]
    return [
        column
        for reading, rows, told in zip(readings, asked, _read(readings, asked), strict=True)
        for column in (_placed(frame, reading, rows, told) if _once(frame, reading) else told).get_columns()
    ]


def _once(frame: pl.DataFrame, reading: Reading) -> bool:
    return reading.shared and frame.height > FEW


def _asked(frame: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    given = frame.select("record_id", *reading.given)
    return given.unique(reading.given) if _once(frame, reading) else given


def _read(readings: Sequence[Reading], asked: Sequence[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """What each reading tells of what it is asked; parts keep both cores busy and the memory in between small."""
    if all(rows.height <= PART for rows in asked):
        yield from map(_told, readings, asked)
        return
    with ThreadPoolExecutor(THREADS) as pool:
        for reading, rows in zip(readings, asked, strict=True):
            parts = list(rows.iter_slices(PART))
            yield pl.concat(pool.map(_told, [reading] * len(parts), parts), rechunk=True)


def _told(reading: Reading, rows: pl.DataFrame) -> pl.DataFrame:
    return reading.step(rows.lazy()).select(reading.told).collect()


def _placed(frame: pl.DataFrame, reading: Reading, asked: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """What was told of the values, at every row that has them."""
    as_given = pl.col(reading.given).name.prefix("given_")
    known = asked.select(as_given).hstack(told)
    rows = frame.select(as_given)
    placed = rows.join(known, on=rows.columns, how="left", nulls_equal=True, maintain_order="left")
    return placed.select(reading.told)

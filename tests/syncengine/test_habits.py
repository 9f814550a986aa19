"""What a stream's readings usually bring, and what of a reading is unlike them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from syncengine.operations.habits import Seen, broken, is_quiet, learnt

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def reading(rows: int, **columns: list[str | None]) -> Seen:
    """Rows whose columns repeat the values given."""
    seen = Seen()
    frame = {name: (values * rows)[:rows] for name, values in columns.items()}
    seen.take(pl.DataFrame(frame, schema=dict.fromkeys(columns, pl.String)))
    return seen


def habits_of(*readings: Seen) -> dict[str, Any]:
    habits: dict[str, Any] = {}
    for found in readings:
        habits = learnt(habits, found, changed=True, now=NOW)
    return habits


def told(habits: dict[str, Any], seen: Seen, *, whole: bool = False) -> list[tuple[str, ...]]:
    return [(found.column, found.kind, found.was, found.now) for found in broken(habits, seen, whole=whole)]


def test_a_value_that_never_came_is_told_once() -> None:
    usual, seen = habits_of(reading(300, segment=["A", "B"])), reading(60, segment=["A", "C"])

    assert told(usual, seen) == [("segment", "values", "A, B", "C")]
    assert told(learnt(usual, seen, changed=True, now=NOW), seen) == []


def test_a_column_of_many_values_has_no_list() -> None:
    names = [f"Customer {n}" for n in range(300)]

    assert told(habits_of(reading(300, name=names)), reading(60, name=["Somebody new"])) == []


def test_a_column_that_becomes_emptier_is_told_once() -> None:
    usual, seen = habits_of(reading(300, phone=["1", "2", "3", None])), reading(100, phone=["1", "", None, None])

    assert told(usual, seen) == [("phone", "nulls", "25% empty", "75% empty")]
    assert told(learnt(usual, seen, changed=True, now=NOW), seen) == []


def test_few_rows_break_no_habit_of_fullness() -> None:
    assert told(habits_of(reading(300, phone=["1"])), reading(20, phone=[None])) == []


def test_an_unusual_number_of_rows_is_told_and_a_short_listing() -> None:
    usual = habits_of(*[reading(300, id=["1"])] * 9)

    assert told(usual, reading(3100, id=["1"])) == [("", "volume", "300 rows", "3,100 rows")]
    assert told(usual, reading(140, id=["1"]), whole=True) == [("", "volume", "300 rows", "140 rows")]
    assert told(usual, reading(140, id=["1"])) == []


def test_silence_is_judged_by_weeks_with_their_weekends() -> None:
    habits: dict[str, Any] = {}
    moments = [NOW + timedelta(days=day, hours=hour) for day in range(21) if day % 7 < 5 for hour in range(9)]
    for moment in moments:
        habits = learnt(habits, Seen(), changed=True, now=moment)
    last = moments[-1]

    assert [is_quiet(habits, now=last + timedelta(hours=hours)) for hours in (1, 64, 100)] == [False, False, True]


def test_batches_add_up_to_their_reading() -> None:
    batches: list[list[str | None]] = [["A", "", None], ["B"], ["A", None, "B", "B"]]
    parts, whole = Seen(), reading(8, x=[value for batch in batches for value in batch])
    for batch in batches:
        parts.take(pl.DataFrame({"x": batch}, schema={"x": pl.String}))

    assert parts == whole
    assert (whole.columns["x"].empty, whole.columns["x"].values) == (3, {"A", "B"})

"""Who holds a key after moves: the same by a loop and by joins, and as a plain count says."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.resolution import holders
from syncengine.resolution.holders import HELD, Holders, moved_holders

MOST = [3, 2]
Rows = set[tuple[int, ...]]
# A key is salted by its rule, so the same key never stands in two places.
KEYS = st.sampled_from([(1, 11), (1, 12), (2, 21), (2, 22)])
HOLDING = st.sets(st.tuples(st.integers(1, 8), KEYS).map(lambda row: (row[0], *row[1])), max_size=24)


@given(before=HOLDING, moved=HOLDING)
def test_a_loop_and_joins_say_what_counting_says(before: Rows, moved: Rows) -> None:
    lost, gained = before & moved, moved - before
    after = (before - lost) | gained
    crossing = {
        record
        for place, key in {row[1:] for row in before | after}
        if (_count(before, key) <= MOST[place - 1]) != (_count(after, key) <= MOST[place - 1])
        for record, _, other in after
        if other == key
    }

    for few in (holders.FEW, -1):
        found = _with(few, moved_holders, _frame(before), _frame(gained), _frame(lost), MOST)

        assert set(found.held.iter_rows()) == after
        assert set(found.crossing) == crossing


@given(held=HOLDING, asked=st.sets(KEYS.map(lambda told: told[1])))
def test_keys_of_one_record_bring_nobody_together_and_keys_of_too_many_say_nothing(held: Rows, asked: set[int]) -> None:
    told = {row for row in held if row[2] in asked}
    live = {row for row in told if 2 <= _count(held, row[2]) <= MOST[row[1] - 1]}
    common = {row for row in told if _count(held, row[2]) > MOST[row[1] - 1]}
    known = Holders(_frame(held), pl.Series([], dtype=pl.Int64))

    for few in (holders.FEW, -1):
        split = _with(few, known.split, pl.Series(sorted(asked), dtype=pl.Int64), MOST)

        assert [set(part.iter_rows()) for part in split] == [live, common]


def _frame(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(sorted(rows), HELD, orient="row")


def _count(rows: Rows, key: int) -> int:
    return sum(other == key for _, _, other in rows)


def _with(few: int, function: Any, *given: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holders, "FEW", few)
        return function(*given)

"""Pairs that share a key are those that comparing every two records finds."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.identity.sharing import sharing

Keys = list[int | None]
NAMED = ("record_l", "record_r", "row", "row_r")


def plainly(ids: list[int], kinds: list[tuple[Keys, int]]) -> set[tuple[int, int, int, int]]:
    """Every two records that hold one key, by a look at each pair."""
    found = set()
    for keys, most in kinds:
        holders = Counter(keys)
        for (row, key), (other, another) in combinations(enumerate(keys), 2):
            if key == another and key is not None and holders[key] <= most:
                (one, row), (two, other) = sorted([(ids[row], row), (ids[other], other)])
                found.add((one, two, row, other))
    return found


def held(keys: Keys) -> pl.DataFrame:
    return pl.DataFrame({"key": keys}, {"key": pl.Int64}).with_row_index("row")


@given(data=st.data(), count=st.integers(0, 12))
def test_every_two_that_share_a_key_few_enough_hold(data: st.DataObject, count: int) -> None:
    ids = data.draw(st.lists(st.integers(-99, 99), min_size=count, max_size=count, unique=True))
    keys = st.lists(st.one_of(st.none(), st.integers(0, 5), st.just(2**63 - 1)), min_size=count, max_size=count)
    kinds = data.draw(st.lists(st.tuples(keys, st.integers(1, 5)), min_size=1, max_size=3))

    found = sharing(pl.Series(ids, dtype=pl.Int64), [(held(told), most) for told, most in kinds])

    assert sorted(found.select(NAMED).rows()) == sorted(plainly(ids, kinds))


@pytest.mark.parametrize(("most", "pairs"), [(1_000, 499_500), (999, 0)])
def test_a_key_that_too_many_hold_compares_nobody(most: int, pairs: int) -> None:
    assert sharing(pl.Series(range(1_000)), [(held([7] * 1_000), most)]).height == pairs

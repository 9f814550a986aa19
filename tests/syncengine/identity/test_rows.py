"""Rows that another frame does not have: the same by sets and by a join, nulls among them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.identity import rows
from syncengine.identity.rows import missing, rows_of

ROWS = st.sets(st.tuples(st.integers(1, 4), st.none() | st.integers(1, 3)))


@given(ones=ROWS, others=ROWS)
def test_sets_and_a_join_say_the_same(ones: set[tuple[int, int | None]], others: set[tuple[int, int | None]]) -> None:
    for few in (rows.FEW, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rows, "FEW", few)
            found = missing(_frame(ones), _frame(others), "record_id", "account_id")

        assert set(rows_of(found, "record_id", "account_id")) == ones - others
        assert found.schema == {"record_id": pl.Int64, "account_id": pl.Int64}


def _frame(told: set[tuple[int, int | None]]) -> pl.DataFrame:
    shape = {"record_id": pl.Int64, "account_id": pl.Int64, "further": pl.Int64}
    return pl.DataFrame([(*row, 0) for row in told], shape, orient="row")

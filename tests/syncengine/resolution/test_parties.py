"""Whose records a partition would bring together: the same by a loop and by steps on frames."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.identity.rows import rows_of
from syncengine.resolution import parties
from syncengine.resolution.parties import any_meet, list_sides, meetings

# Of each record the cluster it would be in and the customer it has had, if any.
RECORDS = st.dictionaries(st.integers(1, 9), st.tuples(st.integers(1, 3), st.none() | st.integers(11, 13)))


@given(told=RECORDS)
def test_sides_are_the_known_records_of_clusters_of_more_than_one(told: dict[int, tuple[int, int | None]]) -> None:
    clusters = [cluster for cluster, _ in told.values()]
    expected = {(r, c, party) for r, (c, party) in told.items() if clusters.count(c) > 1 and party is not None}
    met = {c for _, c, party in expected for _, other, another in expected if c == other and party != another}

    for few in (parties.FEW, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parties, "FEW", few)
            sides = list_sides(_frame(told, cluster=0), _frame(told, account_id=1))

            assert set(rows_of(sides, "record_id", "cluster", "party")) == expected
            assert any_meet(sides) == bool(met)
            assert set(meetings(sides)["cluster"]) == met


def test_a_meeting_names_both_customers_once_and_all_their_records() -> None:
    told = {1: (1, 12), 2: (1, 11), 3: (1, 12), 4: (1, None), 5: (2, 13)}
    found = meetings(list_sides(_frame(told, cluster=0), _frame(told, account_id=1)))

    assert list(rows_of(found, "party", "record_id", "party_r", "record_id_r")) == [(11, [2], 12, [1, 3])]


def _frame(told: dict[int, tuple[int, int | None]], **column: int) -> pl.DataFrame:
    ((name, place),) = column.items()
    rows = [(record, row[place]) for record, row in told.items()]
    return pl.DataFrame(rows, {"record_id": pl.Int64, name: pl.Int64}, orient="row")

"""A dozen kills, twice with other dice."""

from __future__ import annotations

import pytest

from tests.flows.test_kills import assert_same_end


@pytest.mark.parametrize("seed", [1, 2])
def test_a_dozen_kills_change_nothing(seed: int) -> None:
    assert_same_end(kills=12, seed=seed)

"""Two hundred kills, told as stories of twenty-five with ever other dice."""

from __future__ import annotations

import pytest

from tests.flows.test_kills import assert_same_end

A_STORY, ALL = 25, 200


@pytest.mark.parametrize("seed", range(1, ALL // A_STORY + 1))
def test_two_hundred_kills_change_nothing(seed: int) -> None:
    assert_same_end(kills=A_STORY, seed=seed)

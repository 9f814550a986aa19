"""A dozen kills, twice with other dice."""

from __future__ import annotations

import pytest

from tests.flows.test_kills import assert_same_end


@pytest.mark.parametrize("seed", [1, 2])
def test_a_dozen_kills_change_nothing(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    assert_same_end(tmp_path_factory.mktemp("peace"), tmp_path_factory.mktemp("kills"), kills=12, seed=seed)

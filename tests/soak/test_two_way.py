"""Two systems that write to each other, for as long as is asked (SOAK_SECONDS, ten minutes unless told)."""

from __future__ import annotations

import os

import pytest

from tests.flows.test_two_way import tell


@pytest.mark.parametrize("seed", [11, 12])
def test_two_systems_agree_after_a_long_time(seed: int) -> None:
    tell(seconds=float(os.environ.get("SOAK_SECONDS", "600")) / 2, seed=seed)

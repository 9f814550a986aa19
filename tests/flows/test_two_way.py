"""Two systems kept in agreement both ways: a short form of the soak's story, with every kind of trouble in it."""

from __future__ import annotations

import pytest

from tests.flows.two_way import tell

SECONDS = 20.0


@pytest.mark.slow
@pytest.mark.parametrize("erp", ["postgres", "tryton"])
def test_two_systems_agree_after_kills_cuts_and_slow_answers(erp: str) -> None:
    tell(erp, seconds=SECONDS, seed=7)

"""Two systems that write to each other, for as long as is asked (SOAK_SECONDS, an hour unless told)."""

from __future__ import annotations

import os

import pytest

from tests.flows.two_way import tell

ERPS = ("tryton", "postgres")


@pytest.mark.parametrize("erp", ERPS)
def test_two_systems_agree_after_a_long_time(erp: str) -> None:
    tell(erp, seconds=float(os.environ.get("SOAK_SECONDS", "3600")) / len(ERPS), seed=11)

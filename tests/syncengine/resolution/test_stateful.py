"""Incremental equals from scratch under any history, with both executors."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.syncengine.resolution.machine import BulkResolution, Resolution

BUDGET = settings(
    max_examples=4,
    stateful_step_count=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # shrinking takes minutes; tests/soak does it
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("machine", [Resolution, BulkResolution], ids=["incremental", "bulk"])
def test_any_history_leaves_what_a_resolution_from_scratch_gives(db: None, machine: type[Resolution]) -> None:
    run_state_machine_as_test(machine, settings=BUDGET)

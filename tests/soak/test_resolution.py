"""Longer histories of records and decisions than the suite has time for."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.syncengine.resolution.machine import BulkResolution, Resolution

DEEP = settings(max_examples=150, stateful_step_count=30, derandomize=False, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("machine", [Resolution, BulkResolution], ids=["incremental", "bulk"])
def test_any_long_history_leaves_what_a_resolution_from_scratch_gives(db: None, machine: type[Resolution]) -> None:
    run_state_machine_as_test(machine, settings=DEEP)

"""Incremental equals from scratch under any history, with both executors."""

from __future__ import annotations

import importlib

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts import frames
from syncengine.identity import blocking, clusters, components, linker, rows
from syncengine.resolution import accounts, fired, holders, ids, keys, parties, review
from tests.syncengine.resolution.machine import BulkResolution, Resolution

BUDGET = settings(
    max_examples=4,
    stateful_step_count=8,
    phases=[Phase.generate],  # shrinking takes minutes; tests/soak does it
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("machine", [Resolution, BulkResolution], ids=["incremental", "bulk"])
def test_any_history_leaves_what_a_resolution_from_scratch_gives(db: None, machine: type[Resolution]) -> None:
    run_state_machine_as_test(machine, settings=BUDGET)


# How many records, pairs, rows or bytes are worked on by a loop; above it, in sets.
FEW = [
    ("syncengine.identity.standardise", "FEW"), (blocking, "FEW_KEYS"), (clusters, "FEW"), (components, "FEW"),
    (linker, "FEW_PAIRS"), (rows, "FEW"), (keys, "FEW"), (holders, "FEW"), (parties, "FEW"),
    (fired, "FEW"), (ids, "FEW"), (accounts, "FEW"), (review, "FEW"), (frames, "FEW_TOLD"), (frames, "FEW_ROWS"),
    (frames, "FEW_BYTES"),
]  # fmt: skip


def test_any_history_resolves_alike_where_records_are_many(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with few records by what is meant for many."""
    for module, name in FEW:
        monkeypatch.setattr(importlib.import_module(module) if isinstance(module, str) else module, name, -1)
    run_state_machine_as_test(Resolution, settings=BUDGET)

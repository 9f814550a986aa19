"""Killing processes loses nothing and repeats nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.kill_story import Story


@pytest.mark.slow
def test_a_few_kills_change_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert_same_end(tmp_path_factory.mktemp("peace"), tmp_path_factory.mktemp("kills"), kills=4)


def assert_same_end(peace: Path, war: Path, *, kills: int, seed: int = 7) -> None:
    undisturbed = Story(peace, kills=0, seed=seed).tell()
    disturbed = Story(war, kills=kills, seed=seed).tell()
    assert undisturbed["waiting"] == [(0,)]
    assert undisturbed["unbalanced"] == []
    assert len(undisturbed["customers"]) > 100
    for part, rows in undisturbed.items():
        assert disturbed[part] == rows, part

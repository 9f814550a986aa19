"""Killing processes loses nothing and repeats nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.flows.kill_story import Story


@pytest.mark.slow
def test_a_few_kills_change_nothing() -> None:
    assert_same_end(kills=3)


@contextmanager
def home() -> Iterator[Path]:
    """A folder that the database server's user may pass through, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="concord-kill-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def assert_same_end(*, kills: int, seed: int = 7) -> None:
    with home() as peace, home() as war:
        undisturbed = Story(peace, kills=0, seed=seed).tell()
        disturbed = Story(war, kills=kills, seed=seed).tell()
    assert undisturbed["waiting"] == [(0,)]
    assert undisturbed["unbalanced"] == []
    assert len(undisturbed["customers"]) > 100
    for part, rows in undisturbed.items():
        assert disturbed[part] == rows, part

"""Killing processes loses nothing and repeats nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.flows.kill_serial import Serial
from tests.flows.kill_story import Story
from tests.portal.launched import empty_portal

A_DOZEN = 12


@pytest.mark.slow
def test_a_dozen_kills_change_nothing() -> None:
    assert_same_end(kills=A_DOZEN)


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
    with home() as peace:
        undisturbed = Serial(peace).tell()
    with empty_portal() as portal:
        story = Story(portal, kills, seed)
        disturbed = story.tell()
    assert undisturbed["waiting"] == [(0,)]
    assert undisturbed["unbalanced"] == []
    assert len(undisturbed["customers"]) > 100
    assert len(story.killed) == kills
    for part, rows in undisturbed.items():
        assert disturbed[part] == rows, (part, story.killed)

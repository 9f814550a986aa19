"""Two systems kept in agreement both ways: a short form of the soak's story, with every kind of trouble in it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.flows.two_way import TwoWay

SECONDS = 20.0


@pytest.mark.slow
def test_two_systems_agree_after_kills_cuts_and_slow_answers() -> None:
    home = Path(tempfile.mkdtemp(prefix="concord-two-way-"))
    home.chmod(0o711)  # the database server's user has to pass through, which pytest's own folders forbid
    try:
        TwoWay(home, seconds=SECONDS, seed=7).tell()
    finally:
        shutil.rmtree(home, ignore_errors=True)

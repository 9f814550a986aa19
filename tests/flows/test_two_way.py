"""Two systems kept in agreement both ways, whatever dies or breaks meanwhile."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.flows.two_way import TwoWay


@pytest.mark.slow
def test_two_systems_agree_in_the_end() -> None:
    tell(seconds=12, seed=3)


def tell(*, seconds: float, seed: int) -> None:
    """The story in a folder that the database server's user may pass through, which pytest's own are not."""
    home = Path(tempfile.mkdtemp(prefix="concord-two-way-"))
    home.chmod(0o711)
    try:
        TwoWay(home, seconds=seconds, seed=seed).tell()
    finally:
        shutil.rmtree(home, ignore_errors=True)

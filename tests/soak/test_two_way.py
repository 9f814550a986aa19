"""Two systems that write to each other, for as long as is asked (SOAK_SECONDS, ten minutes unless told)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.flows.two_way import TwoWay


@pytest.mark.parametrize("seed", [11, 12])
def test_two_systems_agree_after_a_long_time(seed: int) -> None:
    tell(seconds=float(os.environ.get("SOAK_SECONDS", "600")) / 2, seed=seed)


def tell(*, seconds: float, seed: int) -> None:
    """The story in a folder that the database server's user may pass through, which pytest's own are not."""
    home = Path(tempfile.mkdtemp(prefix="concord-two-way-"))
    home.chmod(0o711)
    try:
        TwoWay(home, seconds=seconds, seed=seed).tell()
    finally:
        shutil.rmtree(home, ignore_errors=True)

"""A million strangers, all keys shared or any text in them: nobody is merged, and memory stays within bounds."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

COUNT = 1_000_000
MOST_GB = {"portal": 3.5, "file": 6.0}


@pytest.mark.parametrize("whose", ["shared", "odd"])
@pytest.mark.parametrize("how", sorted(MOST_GB))
def test_a_million_strangers_are_told_apart(how: str, whose: str) -> None:
    command = [sys.executable, "-m", "tests.soak.crowded", how, whose, str(COUNT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["rows"] == COUNT
    # Made-up names of nineteen letters meet by chance: a few of a million are nearly the same.
    assert found["clusters"] >= 0.999 * COUNT
    assert found["peak_gb"] <= MOST_GB[how]

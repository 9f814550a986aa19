"""Pair precision, recall and F1 over all records, and what a run cost in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import Any

import polars as pl


def pair_figures(clusters: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    found = clusters.join(truth, on="record_id")
    right, made, true = _pairs(found, "cluster", "truth"), _pairs(found, "cluster"), _pairs(found, "truth")
    return {"precision": right / max(made, 1), "recall": right / max(true, 1), "f1": 2 * right / max(made + true, 1)}


def _pairs(frame: pl.DataFrame, *columns: str) -> int:
    sizes = frame.group_by(columns).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def apart(*arguments: str) -> dict[str, Any]:
    """What `one` prints in a process of its own, or how it failed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.matching.one", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:200]}
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def peak_gb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6

"""One step of the benchmark, in a process of its own: `prepare SIZE FOLDER` or `run NAME FOLDER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl

from syncengine.identity import Model
from tests.benchmarks.matching.contenders import CONTENDERS, stored_model
from tests.benchmarks.matching.many import many
from tests.benchmarks.matching.measures import pair_figures, peak_gb

SAMPLE = 1_000_000  # records that the stored model was fitted to


def prepare(size: str, folder: Path) -> dict[str, Any]:
    """Records, truth and a model that was fitted before."""
    records, truth = many(int(size))
    records.write_parquet(folder / "records.parquet")
    truth.write_parquet(folder / "truth.parquet")
    (folder / "model").write_bytes(stored_model(records.head(SAMPLE)).to_bytes())
    return {}


def run(name: str, folder: Path) -> dict[str, Any]:
    """Seconds and memory of resolving, and how right it was."""
    records = [pl.read_parquet(folder / "records.parquet")]
    model = Model.from_bytes((folder / "model").read_bytes())
    started = perf_counter()
    clusters = CONTENDERS[name](records.pop(), model)  # nobody else holds them, so that they can be let go of
    seconds, peak = perf_counter() - started, peak_gb()
    return {"seconds": seconds, "peak_gb": peak, **pair_figures(clusters, pl.read_parquet(folder / "truth.parquet"))}


if __name__ == "__main__":
    step, what, where = sys.argv[1:]
    print(json.dumps({"prepare": prepare, "run": run}[step](what, Path(where))))

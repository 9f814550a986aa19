"""python -m tests.benchmarks.matching.rivals: dedupe and RapidFuzz beside ours, on files small enough for them.

They live in an environment of their own, made on the first run. dedupe is given 400 labelled pairs from the truth, as
many as somebody would answer in an hour; we are given none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from tests.benchmarks.matching.__main__ import HEAD, line
from tests.benchmarks.matching.many import many
from tests.benchmarks.matching.measures import apart, pair_figures
from tests.syncengine.identity.anyfile.labelled import SHARED, early_childhood, senzing
from tests.syncengine.identity.febrl import febrl

PINNED = ("dedupe==3.0.3", "BTrees==5.2", "rapidfuzz==3.14.6")  # dedupe asks BTrees for what version 6 no longer has
RIVALS = ("dedupe, 400 labels", "rapidfuzz token set")
OURS = ("concord resolve_files", "splink, standard recipe", "exact keys")


def main() -> None:
    python = _environment()
    for title, (records, truth) in _sets().items():
        print(f"\n== {title}: {records.height:,} records ==\n{HEAD}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), records, truth)
            for name in OURS:
                print(line(name, apart("run", name, folder)), flush=True)
            for name in RIVALS:
                print(line(name, _rival(python, name, Path(folder), truth)), flush=True)


def _sets() -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    made = {"published noise model": febrl(2000, seed=7), "benchmark records": many(10_000)}
    real = {"early childhood": early_childhood(), "Senzing truth set": senzing()} if SHARED.exists() else {}
    return {**real, **made}


def _environment() -> Path:
    """The python of the rivals' environment."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "concord-rivals"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PINNED], check=True)
    return python


def _write(folder: Path, records: pl.DataFrame, truth: pl.DataFrame) -> None:
    from syncengine.identity import default_model  # late: nothing else here needs the engine

    texts = records.select("record_id", pl.exclude("record_id", "id", "source").cast(pl.String))
    texts.write_parquet(folder / "records.parquet")
    texts.write_ndjson(folder / "records.jsonl")
    truth.write_parquet(folder / "truth.parquet")
    truth.write_ndjson(folder / "truth.jsonl")
    (folder / "model").write_bytes(default_model().to_bytes())


def _rival(python: Path, name: str, folder: Path, truth: pl.DataFrame) -> dict[str, Any]:
    script = Path(__file__).with_name("rival.py")
    try:
        done = subprocess.run(
            [str(python), str(script), name, str(folder)], capture_output=True, text=True, check=False, timeout=1800
        )
    except subprocess.TimeoutExpired:
        return {"failed": "not done after half an hour"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no message"])[-1][:200]}
    told = json.loads((folder / "found.json").read_text())
    found = pl.DataFrame(told["clusters"], schema={"record_id": pl.Int64, "cluster": pl.Int64}, orient="row")
    return {"seconds": told["seconds"], "peak_gb": told["peak_gb"], **pair_figures(found, truth)}


if __name__ == "__main__":
    main()

"""python -m tests.benchmarks.matching [SIZE…] [--only NAME]: ours beside Splink's recipe and exact keys.

The same records for every contender, each in a process of its own; seconds are those of resolving alone.
"""

from __future__ import annotations

import argparse
import tempfile
from typing import Any

from tests.benchmarks.matching.measures import apart

SIZES = (100_000, 1_000_000)
LARGE = 2_000_000  # above it only what is made for it runs
NAMES = (
    "concord, stored model", "concord, trained first", "concord resolve_files", "splink, standard recipe", "exact keys",
)  # fmt: skip
NOT_LARGE = {"concord resolve_files", "concord, trained first"}
HEAD = f"{'':26}{'seconds':>9}{'GB':>6}{'precision':>11}{'recall':>9}{'F1':>8}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.matching", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--only", action="append", choices=NAMES)
    options = parser.parse_args()
    for size in options.sizes:
        print(f"\n== {size:,} records ==\n{HEAD}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            if failed := apart("prepare", str(size), folder).get("failed"):
                raise SystemExit(f"making the records failed: {failed}")
            for name in options.only or NAMES:
                if size <= LARGE or name not in NOT_LARGE:
                    print(line(name, apart("run", name, folder)), flush=True)


def line(name: str, found: dict[str, Any]) -> str:
    """One row of the table."""
    if "failed" in found:
        return f"{name:26}  failed: {found['failed']}"
    return (
        f"{name:26}{found['seconds']:9.1f}{found['peak_gb']:6.1f}{found['precision']:11.4f}"
        f"{found['recall']:9.4f}{found['f1']:8.4f}"
    )


if __name__ == "__main__":
    main()

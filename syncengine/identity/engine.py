"""One DuckDB connection a call, with bounded threads and memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

THREADS = 2
MEMORY = "4GB"


@contextmanager
def connect(temp_directory: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory; what does not fit is written below `temp_directory`."""
    options: dict[str, str | bool | int | float | list[str]] = {
        "threads": str(min(THREADS, os.cpu_count() or 1)),
        "memory_limit": MEMORY,
    }
    if temp_directory is not None:
        options["temp_directory"] = str(temp_directory)
    con = duckdb.connect(config=options)
    try:
        yield con
    finally:
        con.close()

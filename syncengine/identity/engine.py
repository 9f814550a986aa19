"""DuckDB connections with bounded threads and memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

THREADS = min(2, os.cpu_count() or 1)
MEMORY = "4GB"


@contextmanager
def connect(temp_directory: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with tables of its own in memory; what does not fit is written below `temp_directory`."""
    con = _instance(os.getpid()).cursor() if temp_directory is None else _new(temp_directory)
    try:
        yield con
    finally:
        con.close()


@cache
def _instance(process: int) -> duckdb.DuckDBPyConnection:
    """One database a process: starting one costs as much as scoring a record. A forked child makes its own."""
    del process
    return _new(None)


def _new(temp_directory: Path | None) -> duckdb.DuckDBPyConnection:
    options: dict[str, str | bool | int | float | list[str]] = {"threads": str(THREADS), "memory_limit": MEMORY}
    if temp_directory is not None:
        options["temp_directory"] = str(temp_directory)
    return duckdb.connect(config=options)

"""DuckDB connections with bounded threads and memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb

THREADS = min(2, os.cpu_count() or 1)
MEMORY = "4GB"


@contextmanager
def connect() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with tables of its own in memory."""
    con = _instance(os.getpid()).cursor()
    try:
        yield con
    finally:
        con.close()


@cache
def _instance(process: int) -> duckdb.DuckDBPyConnection:
    """One database a process: starting one costs as much as scoring a record. A forked child makes its own."""
    del process
    return duckdb.connect(config={"threads": str(THREADS), "memory_limit": MEMORY})

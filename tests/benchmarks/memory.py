"""Peak memory of this process and the database server together, sampled while a block runs."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil


class Peak:
    """`bytes` holds the highest sum of proportional set sizes seen (shared pages are counted once)."""

    def __init__(self, every: float = 0.5) -> None:
        self.every = every
        self.bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(self.every):
            self.bytes = max(self.bytes, sum(_size(pid) for pid in _family()))


def _family() -> list[int]:
    """This process, its parent (which started the server) and all below it."""
    parent = psutil.Process(os.getppid())
    return [parent.pid, *(child.pid for child in parent.children(recursive=True))]


def _size(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))

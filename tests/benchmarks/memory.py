"""Peak memory of this process and the database server together, sampled while a block runs."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

PAGE = os.sysconf("SC_PAGE_SIZE")


class Peak:
    """`bytes` holds the highest sum seen of what each process has to itself, and what the largest shares.

    From statm, which costs nothing: adding up proportional shares walks every page of every process, and took a
    third of a core from what was being measured.
    """

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
            sizes = [_size(pid) for pid in _family()]
            together = sum(own for own, _ in sizes) + max(shared for _, shared in sizes)
            self.bytes = max(self.bytes, together)


def _family() -> list[int]:
    """This process, its parent (which started the server) and all below it."""
    parent = psutil.Process(os.getppid())
    return [parent.pid, *(child.pid for child in parent.children(recursive=True))]


def _size(pid: int) -> tuple[int, int]:
    """Resident bytes a process has to itself, and those it shares."""
    try:
        resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    except OSError:
        return 0, 0
    return (resident - shared) * PAGE, shared * PAGE

"""Which files of a folder are new, whole and at rest."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from syncengine.connectors.errors import ConnectorError, Kind

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Drop:
    """One file as it lay in the folder when it was looked at."""

    path: Path
    size: int
    mtime_ns: int
    print: str

    @property
    def name(self) -> str:
        """Return the name watermarks know the file by."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class Progress:
    """Which files were read, and how many rows of the one that was being read."""

    files: Mapping[str, str]
    reading: str = ""
    print: str = ""
    rows: int = 0

    def text(self) -> str:
        """Return the watermark."""
        state: dict[str, object] = {"files": dict(self.files)}
        if self.reading:
            state["reading"] = [self.reading, self.print, self.rows]
        return json.dumps(state, separators=(",", ":"), ensure_ascii=False)

    def rows_of(self, drop: Drop) -> int:
        """Return how many rows of this very file were handed over before."""
        return self.rows if (drop.name, drop.print) == (self.reading, self.print) else 0


def read_progress(watermark: str | None) -> Progress:
    """Return what the watermark says."""
    state = json.loads(watermark) if watermark else {}
    return Progress(state.get("files", {}), *state.get("reading", ("", "", 0)))


def find_drops(
    folder: Path,
    pattern: str,
    *,
    settle: float,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Drop]:
    """Return the files of the pattern that nobody is writing any more, in name order."""
    paths = sorted(p for p in folder.glob(pattern) if p.is_file() and is_finished(p.name))
    before = {path: _state(path) for path in paths}
    _wait_for_youngest((state[1] for state in before.values() if state), settle, now, sleep)
    return [drop(path) for path in paths if before[path] and before[path] == _state(path)]


def is_finished(name: str) -> bool:
    """Tell by its name whether a file is more than somebody's working copy."""
    return not name.lower().endswith(UNFINISHED) and not name.startswith((".", "~$"))


def _wait_for_youngest(
    times: Iterable[int], settle: float, now: Callable[[], float], sleep: Callable[[float], None]
) -> None:
    # A time in the future (another machine's clock) tells nothing: wait the whole while.
    youngest = max(times, default=0) / 1e9
    rest = settle - max(0.0, now() - youngest)
    if rest > 0:
        sleep(rest)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def drop(path: Path) -> Drop:
    """Return the file with the fingerprint watermarks keep of it."""
    stat = path.stat()
    seen = hashlib.sha256(f"{stat.st_size}:{stat.st_mtime_ns}:".encode())
    with path.open("rb") as file:
        seen.update(file.read(HEAD))
        if stat.st_size > HEAD:
            file.seek(max(HEAD, stat.st_size - HEAD))
            seen.update(file.read(HEAD))
    return Drop(path, stat.st_size, stat.st_mtime_ns, seen.hexdigest()[:16])


def require_unchanged(seen: Drop) -> None:
    """Raise when the file moved under the reader, so that it is read again as a whole."""
    if _state(seen.path) != (seen.size, seen.mtime_ns):
        raise ConnectorError(
            "the file changed while it was being read; it is read again next time",
            where=seen.name,
            kind=Kind.RETRY,
        )

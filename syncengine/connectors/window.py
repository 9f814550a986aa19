"""The stretch of modification times one reading covers, and the text that lets the next one go on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """Records modified in [since, until], read in key order after `after`.

    `since` None reads everything there is; `until` is then only where the next reading starts.
    Both are ISO instants, or the source's own growing numbers.
    """

    since: str | None
    until: str
    after: str | int | None = None

    @property
    def whole(self) -> bool:
        """Tell whether this window meets every record."""
        return self.since is None and self.after is None

    def reached(self, key: str | int) -> str:
        """Return the watermark after the record with this key."""
        return json.dumps({"since": self.since, "until": self.until, "after": key})

    def done(self) -> str:
        """Return the watermark after the whole window."""
        return json.dumps({"until": self.until})


def plan_windows(watermark: str | None, *, until: str, overlap: timedelta, always_whole: bool = False) -> list[Window]:
    """Return the windows to read: the rest of an interrupted one first, then the new one."""
    if not watermark:
        return [Window(None, until)]
    state = json.loads(watermark)
    if "after" not in state:
        return [Window(None if always_whole else back(state["until"], overlap), until)]
    started = Window(state["since"], state["until"], state["after"])
    if always_whole:
        return [started]
    return [started, Window(back(state["until"], overlap), until)]


def back(mark: str, overlap: timedelta) -> str:
    """Return the mark moved back by the overlap; a plain number stays: it counts, it tells no time."""
    if mark.lstrip("-").isdigit():
        return mark
    return instant_text(datetime.fromisoformat(mark) - overlap)


def instant_text(instant: datetime) -> str:
    """Return an instant in the one form all watermarks have."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def to_second(window: Window) -> Window:
    """Return the window with an end cut to the second.

    Several systems keep microseconds but say seconds: what is written later in the very second the
    reading ends would carry a time before that end and never be read.
    """
    end = datetime.fromisoformat(window.until).replace(microsecond=0)
    return replace(window, until=instant_text(end))

"""How old each source's data is, in a word and a colour, for the chip on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from accounts.selectors.sources import SourceAge, list_source_states

WORDS = {
    "new": "Not read yet", "running": "Running", "ok": "On time", "late": "Late", "quiet": "Quiet",
    "error": "Error", "action": "Action required", "paused": "Paused",
}  # fmt: skip
TONES = {
    "new": "quiet", "running": "busy", "ok": "ok", "late": "warn", "quiet": "warn",
    "error": "bad", "action": "bad", "paused": "quiet",
}  # fmt: skip
RANK = {"ok": 0, "busy": 1, "quiet": 2, "warn": 3, "bad": 4}


@dataclass(frozen=True)
class SourceLine:
    """One source, judged by its worst stream."""

    name: str
    label: str
    stream: str
    word: str
    tone: str
    data_at: datetime | None
    message: str
    notices: tuple[tuple[str, str], ...] = ()  # (object, sentence): what people are told about its data


def list_source_lines(now: datetime | None = None) -> list[SourceLine]:
    """Each source in use with its worst stream, worst first; one query."""
    worst: dict[int, SourceLine] = {}
    told: dict[int, tuple[tuple[str, str], ...]] = {}
    for age in list_source_states(now or timezone.now()):
        line = _line(age)
        if age.notice:
            told[age.source_id] = (*told.get(age.source_id, ()), (age.object, age.notice))
        known = worst.get(age.source_id)
        if known is None or RANK[line.tone] > RANK[known.tone]:
            worst[age.source_id] = line
    lines = [replace(line, notices=told.get(source, ())) for source, line in worst.items()]
    return sorted(lines, key=lambda line: -RANK[line.tone])


def word_of(lines: Sequence[SourceLine]) -> str:
    """The state of all data in a few words."""
    troubled = [line for line in lines if line.tone in ("warn", "bad")]
    if not lines:
        return "No sources yet"
    if not troubled:
        return "Up to date"
    return (
        f"{troubled[0].label}: {troubled[0].word.lower()}"
        if len(troubled) == 1
        else f"{len(troubled)} sources need a look"
    )


def _line(age: SourceAge) -> SourceLine:
    state = "late" if age.state == "ok" and age.late else age.state
    return SourceLine(age.source, age.label, age.stream, WORDS[state], TONES[state], age.data_at, age.message)

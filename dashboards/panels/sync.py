"""How runs and streams read on the sync pages: words, colours, ledger lines and shares of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import User
from syncengine.models import Run
from syncengine.operations.freshness import Budget, budgets
from syncengine.selectors.quality import StreamQuality, list_stream_quality
from syncengine.selectors.sync import StreamRow, list_sources

WORDS = {
    "new": "Not read yet", "running": "Running", "ok": "On time", "late": "Late", "quiet": "Quiet",
    "error": "Error", "action": "Action required", "paused": "Paused",
}  # fmt: skip
TONES = {
    "new": "quiet", "running": "busy", "ok": "ok", "late": "warn", "quiet": "warn",
    "error": "bad", "action": "bad", "paused": "quiet",
}  # fmt: skip
RUN_TONES = {"running": "busy", "failed": "bad", "stopped": "warn", "cancelled": "quiet", "succeeded": "ok"}
LEDGER = ("unchanged", "created", "updated", "tombstoned", "rejected", "held", "skipped", "superseded")
LEDGER_WORDS = {"tombstoned": "Deleted", "rejected": "Refused", "superseded": "Older than known"}
STAGES = (
    "read", "land", "map", "validate", "store", "products", "identity", "survivorship", "accounts", "tasks",
    "contacts", "addresses", "documents", "summary",
)  # fmt: skip
RAMP = ("--accent", "--age-0", "--control")  # none of the colours that mean late or wrong


@dataclass(frozen=True)
class Mark:
    """One run in a strip."""

    id: int
    tone: str
    words: str


@dataclass(frozen=True)
class BoardLine:
    """One stream as the board shows it."""

    row: StreamRow
    word: str
    tone: str
    marks: Sequence[Mark]
    seconds: float | None
    target: float
    budget: Budget
    quality: StreamQuality | None = None

    @property
    def last(self) -> Run | None:
        """The latest run."""
        return self.row.runs[-1] if self.row.runs else None


@dataclass(frozen=True)
class Entry:
    """One line of a run's ledger."""

    label: str
    rows: int


@dataclass(frozen=True)
class Stage:
    """One stage of a run with its share of the time."""

    label: str
    seconds: float
    share: float
    tone: str


def board(user: User, now: datetime, source: str | None = None) -> list[BoardLine]:
    """The streams of all sources or of one, worst first."""
    rows = list_sources(user, now=now)
    left = budgets(now=now) if rows else {}
    scores = list_stream_quality(today=now.date()) if rows else {}
    none = Budget(0, 0)
    return [
        replace(_line(row, left.get(row.stream.pk, none)), quality=scores.get(row.stream.pk))
        for row in rows
        if source in (None, row.stream.source.name)
    ]


def ledger(run: Run) -> list[Entry]:
    """Where every row that was read went."""
    return [Entry(LEDGER_WORDS.get(name, name.capitalize()), getattr(run, name)) for name in LEDGER]


def stages(run: Run) -> list[Stage]:
    """The stages in their order with their time."""
    seconds = {name: _seconds(run.stages[name]) for name in sorted(run.stages, key=_place)}
    total = sum(seconds.values()) or 1.0
    return [
        Stage(name.replace("_", " ").capitalize(), value, value / total * 100, f"var({RAMP[place % len(RAMP)]})")
        for place, (name, value) in enumerate(seconds.items())
    ]


def run_tone(run: Run) -> str:
    """Colour of a run; one that doesn't balance is wrong whatever it says of itself."""
    return "bad" if run.state == "succeeded" and not run.balanced else RUN_TONES[run.state]


def _line(row: StreamRow, budget: Budget) -> BoardLine:
    marks = [
        Mark(run.pk, run_tone(run), f"{run.started_at:%d %b %H:%M} UTC: {run.state}, {run.read} read")
        for run in row.runs
    ]
    age = row.age.total_seconds() if row.age is not None else None
    return BoardLine(row, WORDS[row.state], TONES[row.state], marks, age, row.target.total_seconds(), budget)


def _place(stage: str) -> int:
    """Where a stage stands in the pipeline; JSON objects forget their order."""
    return next((place for place, known in enumerate(STAGES) if stage.startswith(known)), len(STAGES))


def _seconds(value: object) -> float:
    if isinstance(value, dict):
        value = value.get("seconds", 0)
    return float(value) if isinstance(value, int | float) else 0.0

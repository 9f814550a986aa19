"""How old each source's data is, as every page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone

from accounts.models import SourceState

WORDS = {
    "new": "Not read yet", "running": "Running", "ok": "On time", "late": "Late", "quiet": "Quiet",
    "error": "Error", "action": "Action required", "paused": "Paused",
}  # fmt: skip
STATE_TONES = {
    "new": "quiet", "running": "busy", "ok": "ok", "late": "warn", "quiet": "warn",
    "error": "bad", "action": "bad", "paused": "quiet",
}  # fmt: skip
RANK = {"ok": 0, "busy": 1, "quiet": 2, "warn": 3, "bad": 4}


@dataclass(frozen=True)
class SourceAge:
    """One source: the state and age of its worst stream."""

    source_id: int
    name: str
    label: str
    system: str
    stream: str
    state: str
    tone: str
    data_at: datetime | None
    age_seconds: float | None
    target_seconds: int
    message: str = ""

    @property
    def word(self) -> str:
        """The state as people read it."""
        return WORDS[self.state]


def list_source_ages(now: datetime | None = None) -> list[SourceAge]:
    """Each source in use with its worst stream; one query."""
    now = now or timezone.now()
    rows = SourceState.objects.filter(source__retired_at__isnull=True).select_related("source")
    streams = [_stream_age(row, now) for row in rows.order_by("source__label", "source_id", "stream")]
    return [_worst(ages) for _, ages in groupby(streams, key=lambda age: age.source_id)]


def _stream_age(row: SourceState, now: datetime) -> SourceAge:
    checked_at = row.last_success_at or row.data_at
    age = (now - checked_at).total_seconds() if checked_at else None
    late = row.state == "ok" and age is not None and age > row.target_seconds
    state = "late" if late else row.state
    return SourceAge(
        source_id=row.source_id,
        name=row.source.name,
        label=row.source.label,
        system=row.source.system,
        stream=row.stream,
        state=state,
        tone=STATE_TONES[state],
        data_at=checked_at,
        age_seconds=age,
        target_seconds=row.target_seconds,
        message=row.message,
    )


def _worst(ages: Iterable[SourceAge]) -> SourceAge:
    return max(ages, key=lambda age: (RANK[age.tone], age.age_seconds or 0))

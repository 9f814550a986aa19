"""The log of a run: a few lines that say what it did, kept with the run."""

from __future__ import annotations

from datetime import datetime

from syncengine.models import RunLine


def write(run_id: int, text: str, *, at: datetime, level: str = "info") -> None:
    """Add a line."""
    RunLine.objects.create(run_id=run_id, at=at, level=level, text=text)

"""The ledger of a run as it grows, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from time import perf_counter

from django.db.models import F

from syncengine.models import Run


@dataclass(slots=True)
class Tally:
    """read = unchanged + created + updated + tombstoned + rejected + held + skipped + superseded."""

    read: int = 0
    unchanged: int = 0
    created: int = 0
    updated: int = 0
    tombstoned: int = 0
    rejected: int = 0
    held: int = 0
    skipped: int = 0
    superseded: int = 0
    absent: int = 0
    warned: int = 0
    stages: dict[str, float] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Take in another tally's counts and times."""
        for part in fields(self):
            if part.name != "stages":
                setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))
        for stage, seconds in other.stages.items():
            self.stages[stage] = round(self.stages.get(stage, 0.0) + seconds, 4)

    @property
    def told(self) -> str:
        """The counts in words, those that are nothing left out."""
        names = [part.name for part in fields(self) if part.name not in ("stages", "read", "warned")]
        parts = [f"{getattr(self, name):,} {name}" for name in names if getattr(self, name)]
        return f"{self.read:,} read: {', '.join(parts)}"

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time the block takes to a stage."""
        started = perf_counter()
        yield
        self.stages[stage] = self.stages.get(stage, 0.0) + perf_counter() - started

    def write(self, run_id: int, **more: object) -> None:
        """Add the counts to the run's ledger, in the transaction that moved the rows."""
        counts = {part.name: getattr(self, part.name) for part in fields(self) if part.name != "stages"}
        changes = {name: F(name) + count for name, count in counts.items() if count}
        Run.objects.filter(pk=run_id).update(**changes, **more)

"""What a round finds before it begins, by one look."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.frames import rows

LOOK = """
SELECT EXISTS (SELECT FROM syncengine_matchrecord),
       EXISTS (SELECT FROM syncengine_matchkey),
       EXISTS (SELECT FROM syncengine_decision WHERE closed_at IS NULL AND NOT pending),
       EXISTS (SELECT FROM syncengine_hold WHERE state = 'open'),
       EXISTS (SELECT FROM syncengine_stop WHERE state IN ('open', 'apart'))
"""


@dataclass(frozen=True, slots=True)
class Outset:
    """Whether any record has been resolved before and has keys, and what of people's and guards' words is open."""

    known: bool
    keyed: bool
    decided: bool
    held: bool
    stopped: bool

    @property
    def bound(self) -> bool:
        """Whether any two records are bound together or apart."""
        return self.decided or self.held

    @property
    def waiting(self) -> bool:
        """Whether a hold or a stop waits for a person."""
        return self.held or self.stopped


def look() -> Outset:
    """How things stand."""
    return Outset(*rows(LOOK)[0])

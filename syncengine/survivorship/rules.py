"""How a field survives: the strategies, what lineage calls them, and the options of one field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

RULES = {
    "only_source": 1,
    "system_of_record": 2,
    "most_recent": 3,
    "most_frequent": 4,
    "longest": 5,
    "highest": 6,
    "lowest": 7,
    "aggregate": 8,
    "manual": 9,
    "pinned": 10,
    "too_young": 11,
    "unapproved": 12,
}
BY_VALUE = ("most_frequent", "longest", "highest", "lowest")
PINNED = -1


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field survives: the strategy, the sources (ids) in order of trust, whether people are asked.

    `ignore_empty` passes over records that say nothing; `distrust_invalid` prefers values that broke no
    rule, `distrust_deleted` those of records that still exist. A value younger than `minimum_age`, or any
    new value where `approval` is asked, leaves the one that stands until its time has come.
    """

    strategy: str
    order: tuple[int, ...]
    conflict: bool = False
    ignore_empty: bool = True
    distrust_invalid: bool = True
    distrust_deleted: bool = True
    minimum_age: timedelta | None = None
    approval: bool = False

    @property
    def guarded(self) -> bool:
        """Whether the value that stands has a say."""
        return self.approval or self.minimum_age is not None

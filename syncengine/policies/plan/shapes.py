"""What a plan tells: counts, samples and money of everything that applying would change."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncengine.policies.differences import Difference
from syncengine.policies.mistakes import Mistake


@dataclass(frozen=True)
class FieldChange:
    """How many values of one field would change, and a few of them: name, before, after."""

    object: str
    field: str
    count: int
    samples: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class LinkChange:
    """Source records that would belong to another customer, and customers that would merge or be new."""

    moved: int = 0
    merged: int = 0
    new: int = 0
    samples: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class TaskChange:
    """Steward tasks of one kind that would open and close."""

    kind: str
    opened: int
    closed: int


@dataclass(frozen=True)
class Judged:
    """Records of one stream that the rules would treat otherwise than today."""

    stream: str
    refused: int = 0
    held: int = 0
    warned: int = 0
    freed: int = 0
    samples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class WriteBack:
    """Messages to one target that the changed golden values would give rise to."""

    target: str
    field: str
    count: int


@dataclass(frozen=True)
class Money:
    """What hangs on the customers concerned, in base currency."""

    customers: int = 0
    revenue_ttm: Decimal = Decimal(0)
    open_receivables: Decimal = Decimal(0)


@dataclass(frozen=True)
class PolicyPlan:
    """Everything that applying would change, or the mistakes that forbid it."""

    base: int | None
    mistakes: tuple[Mistake, ...]
    differences: tuple[Difference, ...] = ()
    golden: tuple[FieldChange, ...] = ()
    documents: tuple[FieldChange, ...] = ()
    links: LinkChange = LinkChange()
    tasks: tuple[TaskChange, ...] = ()
    judged: tuple[Judged, ...] = ()
    write_backs: tuple[WriteBack, ...] = ()
    money: Money = Money()
    read_anew: tuple[tuple[str, str], ...] = ()
    position: int | None = None
    waiting: int = 0
    planned_at: datetime | None = None

    def counts(self) -> dict[str, int]:
        """Every count under a name: what apply compares with its own plan."""
        values = {f"{c.object}.{c.field}": c.count for c in (*self.golden, *self.documents)}
        links = {"links moved": self.links.moved, "customers merged": self.links.merged}
        tasks = {f"{t.kind} tasks opened": t.opened for t in self.tasks}
        judged = {f"{j.stream} {word}": getattr(j, word) for j in self.judged for word in ("refused", "held", "freed")}
        written = {f"{w.target}.{w.field} written": w.count for w in self.write_backs}
        return {name: count for name, count in {**values, **links, **tasks, **judged, **written}.items() if count}

    def as_data(self) -> dict[str, Any]:
        """The plan as plain data, to be kept with the draft it was made for."""
        return {**asdict(self), "counts": self.counts(), "money": {k: str(v) for k, v in asdict(self.money).items()},
                "planned_at": self.planned_at.isoformat() if self.planned_at else None}  # fmt: skip

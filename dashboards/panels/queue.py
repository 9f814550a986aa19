"""How tasks and cards read: subjects, differences first, evidence as bars, and what an answer did."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from accounts.catalogue import load
from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.panels.differences import Piece, alike, pieces, text_of
from syncengine.models import StewardTask
from syncengine.selectors.queue import Card, FieldRow, count_tasks

if TYPE_CHECKING:
    from syncengine.identity import Explanation

KINDS = {
    "duplicate": "Duplicates",
    "conflict": "Conflicts",
    "validation": "Validation",
    "unmatched": "Unmatched",
}
ONE = {
    "duplicate": "Duplicate?",
    "conflict": "Conflict",
    "validation": "Held record",
    "unmatched": "Unmatched",
}
LABELS = {
    "name": "Name",
    "web": "Web and mail",
    "phone": "Telephone",
    "tax": "Tax number",
    "registration": "Register number",
    "duns": "D-U-N-S",
    "address": "Address",
}
RULE = re.compile(r"\w+:\w+")
ICONS = {"duplicate": "same", "conflict": "different", "validation": "stop", "unmatched": "link"}


@dataclass(frozen=True)
class Tab:
    """One view of the queue."""

    label: str
    query: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class TaskRow:
    """One task of the list."""

    task: StewardTask
    subject: str
    reason: str
    kind: str
    icon: str
    hours_left: float | None

    @property
    def late(self) -> bool:
        """Whether it should have been answered by now."""
        return self.hours_left is not None and self.hours_left < 0


@dataclass(frozen=True)
class Comparison:
    """One field of a card across its records."""

    label: str
    meaning: str
    differs: bool
    alike: bool
    values: Sequence[Sequence[Piece]]
    golden: str

    @property
    def told(self) -> int:
        """How many of the records tell the field."""
        return sum(bool(value) for value in self.values)


@dataclass(frozen=True)
class Bar:
    """One piece of evidence: how far it speaks for or against."""

    label: str
    words: str
    weight: float
    width: float

    @property
    def against(self) -> bool:
        """Whether it speaks against a match."""
        return self.weight < 0


def tabs(user: User, kind: str | None, done: bool) -> list[Tab]:
    """All, each kind with its count, and what was answered."""
    counts = count_tasks(user)
    kinds = [
        Tab(label, f"?kind={name}", kind == name and not done, counts.get(name, 0)) for name, label in KINDS.items()
    ]
    every = Tab("All", "?", kind is None and not done, sum(counts.values()))
    return [every, *(tab for tab in kinds if tab.count or tab.current), Tab("Answered", "?state=done", done)]


def task_rows(tasks: Sequence[StewardTask], now: datetime) -> list[TaskRow]:
    """Tasks as the list shows them."""
    return [
        TaskRow(task, subject_of(task), reason_of(task), ONE[task.kind], ICONS[task.kind], _hours(task, now))
        for task in tasks
    ]


def reason_of(task: StewardTask) -> str:
    """Why the task is asked, in words; a rule's id is not for people."""
    if task.kind == "conflict":
        return "sources differ"
    if task.kind != "duplicate" or not RULE.fullmatch(task.reason):
        return task.reason.rstrip(".")
    from syncengine.identity.explain import REASONS  # late: loads Polars, which few pages need

    return REASONS.get(task.reason, task.reason.replace(":", " ").replace("_", " "))


def subject_of(task: StewardTask) -> str:
    """What the task is about: A ↔ B, or a customer and a field."""
    if task.kind == "duplicate" and task.other_account_id and task.other_account_id != task.account_id:
        return f"{task.account} ↔ {task.other_account}"
    field = load()["account"].by_code.get(task.field or 0)
    if field:
        return f"{task.account}: {field.label.lower()}"
    return str(task.account) if task.account_id else task.subject


def card_view(card: Card) -> dict[str, Any]:
    """Everything the card's template shows."""
    compared = [_comparison(row) for row in card.rows]
    return {
        "card": card,
        "task": card.task,
        "subject": subject_of(card.task),
        "reason": reason_of(card.task),
        "kind": ONE[card.task.kind],
        "differing": [row for row in compared if row.differs],
        "equal": [row for row in compared if not row.differs and row.told > 1],
        "single": [row for row in compared if row.told == 1],
        "choices": _choices(card),
        "currency": base_currency(),
        "done": card.task.state != "open",
    }


def outcome_words(task: StewardTask, card: Card) -> str:
    """What the answer did, for the toast."""
    if task.outcome == "same":
        return "Same customer. Their records merge with the next publish."
    if task.outcome == "different":
        return "Different customers. They are not proposed again."
    label = card.field.label if card.field else "Value"
    return f"{label} set: {task.outcome.removeprefix('pinned ')}."


def evidence_bars(explanation: Explanation) -> list[Bar]:
    """The steps that speak for or against, the strongest first, each scaled to the strongest."""
    steps = sorted((step for step in explanation.steps if step.weight), key=lambda step: -abs(step.weight))
    top = max((abs(step.weight) for step in steps), default=1.0)
    return [Bar(LABELS[step.comparison], step.sentence, step.weight, abs(step.weight) / top * 50) for step in steps]


def _comparison(row: FieldRow) -> Comparison:
    values = [text_of(value) for value in row.values]
    same = row.differs and alike(values)
    return Comparison(row.field.label, row.field.meaning, row.differs, same, pieces(values), text_of(row.golden))


def _choices(card: Card) -> list[dict[str, Any]]:
    """The values a conflict can be settled with, each once a record, numbered for the keys."""
    if card.task.kind != "conflict" or not card.rows:
        return []
    row = card.rows[0]
    said = [(side, text_of(value)) for side, value in zip(card.sides, row.values, strict=True) if text_of(value)]
    golden = text_of(row.golden)
    return [
        {"key": str(place), "side": side, "value": value, "stands": value == golden}
        for place, (side, value) in enumerate(said[:9], start=1)
    ]


def _hours(task: StewardTask, now: datetime) -> float | None:
    return (task.due_at - now).total_seconds() / 3600 if task.due_at and task.state == "open" else None

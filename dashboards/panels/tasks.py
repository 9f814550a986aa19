"""How tasks read in lists: kinds, subjects, reasons, and how much of their time is used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts import proposals
from accounts.catalogue import load
from dashboards.templatetags.figures import plain
from syncengine.models import StewardTask
from syncengine.selectors.queue import band_of

KINDS = {
    "duplicate": "Duplicates",
    "guard": "Money guards",
    "relation": "Relations",
    "approval": "Second person",
    "change": "Changes asked for",
    "policy": "Policies",
    "conflict": "Conflicts",
    "validation": "Validation",
}
ONE = {
    "duplicate": "Duplicate?",
    "guard": "Merge held",
    "relation": "Related?",
    "approval": "Second person",
    "change": "Change",
    "policy": "Policy",
    "conflict": "Conflict",
    "validation": "Held record",
}
TWO_SIDED = ("duplicate", "guard", "relation", "approval")
RULE = re.compile(r"\w+:\w+")
ICONS = {
    "duplicate": "same", "guard": "lock", "relation": "link", "approval": "people", "conflict": "different",
    "validation": "stop", "change": "check", "policy": "rows",
}  # fmt: skip


@dataclass(frozen=True)
class TaskRow:
    """One task of the list."""

    task: StewardTask
    subject: str
    reason: str
    kind: str
    icon: str
    hours_left: float | None
    stake: str = ""
    amounts: bool = True
    used: float = 0.0

    @property
    def late(self) -> bool:
        """Whether it should have been answered by now."""
        return self.hours_left is not None and self.hours_left < 0


def task_rows(tasks: Sequence[StewardTask], now: datetime, *, amounts: bool = True) -> list[TaskRow]:
    """Tasks as the list shows them; what is at stake as a word where the reader may not see amounts."""
    return [
        TaskRow(
            task, subject_of(task), reason_of(task), ONE[task.kind], ICONS[task.kind], _hours(task, now),
            band_of(task.value_at_stake), amounts, _used(task, now),
        )
        for task in tasks
    ]  # fmt: skip


def _used(task: StewardTask, now: datetime) -> float:
    """How much of the time given is used up, between 0 and 1."""
    if not task.due_at:
        return 0.0
    whole = (task.due_at - task.opened_at).total_seconds()
    return min(max((now - task.opened_at).total_seconds() / whole, 0.0), 1.0) if whole > 0 else 1.0


def reason_of(task: StewardTask) -> str:
    """Why the task is asked, in words; a rule's id is not for people."""
    if task.kind == "conflict":
        return "sources differ"
    if task.request:
        return f"asked by {task.request.requested_by or 'a system'}"
    if task.draft:
        return f"asked by {task.draft.edited_by}"
    if task.kind == "duplicate" and RULE.fullmatch(task.rule) and "different" not in task.reason:
        return reason_words(task.rule)
    if task.kind not in ("duplicate", "relation") or not RULE.fullmatch(task.reason):
        return task.reason.rstrip(".")
    return reason_words(task.reason)


def reason_words(rule: str) -> str:
    """A rule's id in a few words."""
    from syncengine.identity.explain import REASONS  # late: loads Polars, which few pages need

    return REASONS.get(rule, rule.replace(":", " ").replace("_", " "))


def subject_of(task: StewardTask) -> str:
    """What the task is about: A ↔ B, or a customer and a field."""
    if "stop" in task.evidence:
        return "A round that would merge too many customers"
    if task.request:
        return f"{task.account}: {proposals.fields_of(task.request)}"
    if task.draft:
        return f"Rules: draft {task.draft_id}"
    if "names" in task.evidence:
        return " ↔ ".join(task.evidence["names"])
    if task.kind in TWO_SIDED and task.other_account_id and task.other_account_id != task.account_id:
        return f"{task.account} ↔ {task.other_account}"
    field = load()["account"].by_code.get(task.field or 0)
    if field:
        return f"{task.account}: {field.label.lower()}"
    if task.dead_letter:
        stream = task.dead_letter.stream
        return f"{stream.source.label}: {plain(stream.name)}"
    return str(task.account) if task.account_id else task.subject


def _hours(task: StewardTask, now: datetime) -> float | None:
    return (task.due_at - now).total_seconds() / 3600 if task.due_at and task.state == "open" else None

"""How tasks and cards read: subjects, differences first, and what an answer did."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import proposals
from accounts.catalogue import load
from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.panels.differences import Piece, alike, pieces, text_of
from syncengine.models import StewardTask
from syncengine.selectors.card import Card, FieldRow
from syncengine.selectors.guards import get_stop
from syncengine.selectors.queue import band_of, sees_amounts

KINDS = {
    "duplicate": "Duplicates",
    "guard": "Money guards",
    "relation": "Relations",
    "approval": "Second person",
    "change": "Changes asked for",
    "policy": "Policies",
    "conflict": "Conflicts",
    "validation": "Validation",
    "unmatched": "Unmatched",
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
    "unmatched": "Unmatched",
}
TWO_SIDED = ("duplicate", "guard", "relation", "approval")
RELATIONS = {
    "parent": ("Its parent company", "Its subsidiary"),
    "branch": ("Its head office", "Its branch"),
    "bill_to": ("Pays its invoices", "Has its invoices paid here"),
    "ship_to": ("Receives its goods", "Has its goods sent here"),
    "franchise": ("Its franchisor", "Its franchisee"),
    "former": ("What it used to be", "What became of it"),
}
RULE = re.compile(r"\w+:\w+")
ICONS = {
    "duplicate": "same", "guard": "lock", "relation": "link", "approval": "people", "conflict": "different",
    "validation": "stop", "unmatched": "link", "change": "check", "policy": "rows",
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


@dataclass(frozen=True)
class Value:
    """What one record says in a field, and whether the rules would take it."""

    pieces: Sequence[Piece]
    text: str
    record_id: int
    key: str
    wins: bool = False


@dataclass(frozen=True)
class Comparison:
    """One field of a card across its records, with the value that would stand and why."""

    name: str
    label: str
    meaning: str
    differs: bool
    alike: bool
    values: Sequence[Value]
    golden: str
    result: str = ""
    rule: str = ""

    @property
    def told(self) -> int:
        """How many of the records tell the field."""
        return sum(bool(value.text) for value in self.values)


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
        return f"{stream.source.label} {stream.name.replace('_', ' ')}: {task.rule.partition(':')[0] or 'refused'}"
    return str(task.account) if task.account_id else task.subject


def card_view(card: Card, user: User, now: datetime) -> dict[str, Any]:
    """Everything the card's template shows."""
    two = card.task.kind in TWO_SIDED and "stop" not in card.task.evidence
    result = _result(card, now) if two and card.task.state == "open" else {}
    compared = [_comparison(row, card, result) for row in card.rows]
    view = {
        "card": card,
        "task": card.task,
        "two_sided": two,
        "subject": subject_of(card.task),
        "reason": reason_of(card.task),
        "kind": ONE[card.task.kind],
        "differing": [row for row in compared if row.differs],
        "equal": [row for row in compared if not row.differs and row.told > 1],
        "single": [row for row in compared if row.told == 1],
        "choices": _choices(card),
        "currency": base_currency(),
        "done": card.task.state != "open",
        "comments": list(card.task.comments.select_related("written_by").order_by("pk")),
        "stake": band_of(card.task.value_at_stake),
        "amounts": sees_amounts(user),
        "own": card.task.decision is not None and card.task.decision.made_by_id == user.pk,
        "relations": RELATIONS,
        "has_result": bool(result),
    }
    return view | (_money_view(card, user) if two else {}) | _kind_view(card, user)


def _result(card: Card, now: datetime) -> dict[str, Any]:
    from syncengine.selectors.previews import preview_values  # late: loads Polars, which few pages need

    return dict(preview_values([side.record_id for side in card.sides], now=now))


def _money_view(card: Card, user: User) -> dict[str, Any]:
    """What would move, how the records hold together, and what others thought of it, where it may be seen."""
    from syncengine.selectors.clusters import get_matrix  # late: as above
    from syncengine.selectors.previews import list_moving

    task = card.task
    survivor = min(pk for pk in (task.account_id, task.other_account_id) if pk) if task.account_id else None
    going = [side.record_id for side in card.sides if side.account_id and side.account_id != survivor]
    kept = next((side.account_name for side in card.sides if side.account_id == survivor), "")
    matrix = get_matrix([side.record_id for side in card.sides])
    return {
        "moving": list_moving(user, going) if going and task.state == "open" else [],
        "survivor": kept,
        "survivor_id": survivor,
        "matrix": matrix,
        "matrix_rows": list(zip(card.sides, matrix.cells, strict=True)) if matrix else [],
        "opinions": _opinions(card, user),
        "guard": task.hold.reasons if task.hold else [],
    }


def _opinions(card: Card, user: User) -> list[Any]:
    """Blind until two have answered: then whoever decides sees both, with their reasons."""
    given = list(card.task.opinions.filter(batch=None).select_related("given_by").order_by("pk"))
    told = [opinion for opinion in given if opinion.answer != "unsure"]
    return given if len(told) > 1 or card.task.state != "open" else []


def _kind_view(card: Card, user: User) -> dict[str, Any]:
    """What only cards of one kind show."""
    task = card.task
    if task.request_id:
        from dashboards.panels.changes import change_view  # late: as above

        proposal = proposals.get_proposal(user, task.request_id)
        return change_view(proposal) if proposal else {}
    if task.draft:
        from dashboards.panels.rules import judged_view  # late: as above

        return judged_view(task.draft)
    if "stop" in task.evidence:
        return {"stop": get_stop(user, task.evidence["stop"])}
    if task.kind == "validation" and task.dead_letter:
        from dashboards.panels.refusal import letter_view  # late: as above

        return letter_view(task.dead_letter, user)
    return {}


def outcome_words(task: StewardTask, card: Card) -> str:
    """What the answer did, for the toast."""
    if task.request_id or task.draft_id:
        return f"{task.outcome.capitalize()}."
    if task.outcome == "same":
        return "Same customer. Their records merge with the next publish."
    if task.outcome == "different":
        return "Different customers. They come back only if what was judged changes."
    if task.outcome == "related":
        return "Related, and not the same. The customers’ tree shows it with the next publish."
    if task.outcome == "waits for a second person":
        return "Decided. A second person has to agree before anything merges."
    label = card.field.label if card.field else "Value"
    return f"{label} set: {task.outcome.removeprefix('pinned ')}."


def _comparison(row: FieldRow, card: Card, result: dict[str, Any]) -> Comparison:
    values = [text_of(value) for value in row.values]
    same = row.differs and alike(values)
    survivor = result.get(row.field.name)
    told = [
        Value(part, text, side.record_id, str(place), survivor is not None and survivor.record_id == side.record_id)
        for place, (part, text, side) in enumerate(zip(pieces(values), values, card.sides, strict=True), start=1)
    ]
    return Comparison(
        row.field.name, row.field.label, row.field.meaning, row.differs, same, told, text_of(row.golden),
        text_of(survivor.value) if survivor else "", survivor.rule if survivor else "",
    )  # fmt: skip


def _choices(card: Card) -> list[dict[str, Any]]:
    """The values a conflict can be settled with, each once a record, numbered for the keys."""
    if card.task.kind != "conflict" or not card.rows:
        return []
    row = card.rows[0]
    from syncengine.selectors.trust import list_trust  # late: loads Polars, which few pages need

    trust = list_trust(card.task.field) if card.task.field else {}
    said = [(side, text_of(value)) for side, value in zip(card.sides, row.values, strict=True) if text_of(value)]
    golden = text_of(row.golden)
    return [
        {"key": str(place), "side": side, "value": value, "stands": value == golden, "trust": trust.get(side.source_id)}
        for place, (side, value) in enumerate(said[:9], start=1)
    ]


def _hours(task: StewardTask, now: datetime) -> float | None:
    return (task.due_at - now).total_seconds() / 3600 if task.due_at and task.state == "open" else None

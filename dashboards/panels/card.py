"""How a card reads: differences first, what hangs on it, and what an answer did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import proposals
from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.panels.differences import Piece, alike, pieces, text_of
from dashboards.panels.tasks import ONE, TWO_SIDED, reason_of, subject_of
from syncengine.models import StewardTask
from syncengine.selectors.card import Card, FieldRow
from syncengine.selectors.guards import get_stop
from syncengine.selectors.queue import band_of, sees_amounts

RELATIONS = {
    "parent": ("Its parent company", "Its subsidiary"),
    "branch": ("Its head office", "Its branch"),
    "bill_to": ("Pays its invoices", "Has its invoices paid here"),
    "ship_to": ("Receives its goods", "Has its goods sent here"),
    "franchise": ("Its franchisor", "Its franchisee"),
    "former": ("What it used to be", "What became of it"),
}


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


def card_view(card: Card, user: User, now: datetime) -> dict[str, Any]:
    """Everything the card's template shows."""
    two = card.task.kind in TWO_SIDED and "stop" not in card.task.evidence
    result = _result(card, now) if two and card.task.state == "open" else {}
    view = _task_view(card.task, user) | _records_view(card, result) | {"card": card, "two_sided": two}
    return view | (_money_view(card, user) if two else {}) | _kind_view(card, user)


def _task_view(task: StewardTask, user: User) -> dict[str, Any]:
    """What every card tells of its task, and how much of it this reader sees."""
    return {
        "task": task,
        "subject": subject_of(task),
        "reason": reason_of(task),
        "kind": ONE[task.kind],
        "currency": base_currency(),
        "done": task.state != "open",
        "comments": list(task.comments.select_related("written_by").order_by("pk")),
        "stake": band_of(task.value_at_stake),
        "amounts": sees_amounts(user),
        "own": task.decision is not None and task.decision.made_by_id == user.pk,
        "relations": RELATIONS,
    }


def _records_view(card: Card, result: dict[str, Any]) -> dict[str, Any]:
    """The fields of its records: those that differ, those that agree, those that one alone tells."""
    compared = [_comparison(row, card, result) for row in card.rows]
    return {
        "differing": [row for row in compared if row.differs],
        "equal": [row for row in compared if not row.differs and row.told > 1],
        "single": [row for row in compared if row.told == 1],
        "choices": _choices(card),
        "has_result": bool(result),
    }


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
    names = {side.account_id: side.account_name for side in card.sides}
    return {
        "carriers": [names.get(stake.account_id, "") for stake in card.stakes],
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

"""Exceptions as tables show them, and one exception with both its sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode

from accounts.models import User
from accounts.models.exception import REASONS
from accounts.quote_to_cash.chain_reading import Paper, Strip, papers_of, strips
from accounts.quote_to_cash.links import CODE
from accounts.quote_to_cash.reading import ExceptionRow, list_events
from accounts.quote_to_cash.rules import exception_rules

TONES = {"new": "accent", "assigned": "warn", "waiting": "warn", "resolved": "ok", "accepted": "", "dismissed": ""}
STATE_WORDS = {
    "new": "New", "assigned": "Assigned", "waiting": "Waiting on source", "resolved": "Resolved at source",
    "accepted": "Accepted difference", "dismissed": "Not an issue",
}  # fmt: skip
REASON_WORDS = {
    "timing": "Timing", "tax": "Tax", "fx": "Exchange rate", "partial": "Partial", "cancelled": "Cancelled",
    "mapping": "Mapping", "data_error": "Data error", "real": "Real difference",
}  # fmt: skip
EVENT_WORDS = {
    "opened": "Opened", "reopened": "Opened again", "resolved": "Resolved at source", "changed": "Changed",
    "assigned": "Assigned to", "state": "Set to", "reason": "Reason", "comment": "Comment", "accepted": "Accepted",
}  # fmt: skip
SUGGESTED = {
    "E1": "Ask whether the order was placed under another number, or propose one to the ERP.",
    "E2": "Link the order to its deal, or mark it as a repeat order in the ERP.",
    "E3": "Agree which of the two holds, then correct the order or the quote.",
    "E4": "Check the price agreement; correct the order before it is billed.",
    "E5": "Correct the order's terms, or the customer's master record.",
    "E6": "Ask the warehouse for a date and tell the customer.",
    "E7": "Bill it, or tell billing why it waits.",
    "E8": "Agree a new date with the customer, or cancel what is no longer wanted.",
    "E9": "Correct the invoice with a credit note, or the order line if it was changed by word.",
    "E10": "Name the order on the invoice, or link it here.",
    "E11": "If it is one delivery, credit the later invoice.",
    "E12": "Check whether the two customers are one, or belong to one group.",
    "E13": "Apply the money, or agree how the rest is settled.",
    "E14": "Have the reason confirmed, and look for others like it.",
    "E15": "Release the hold by approval, or move the promised day.",
}
OBJECTS = {code: name for name, code in CODE.items()}
PARENTS = {"order_line": "order", "invoice_line": "invoice", "quote_line": "quote"}


@dataclass(frozen=True)
class Line:
    """A row of the table."""

    row: ExceptionRow
    state: str
    tone: str


@dataclass(frozen=True)
class Detail:
    """Both sides of one exception with its history."""

    row: ExceptionRow
    state: str
    tone: str
    documents: Sequence[Paper]
    strip: Strip | None
    events: Sequence[dict[str, Any]]
    suggestion: str
    reasons: Sequence[tuple[str, str]]
    people: Sequence[User]


def lines_of(rows: Iterable[ExceptionRow]) -> list[Line]:
    """Rows ready to be written."""
    return [Line(row, STATE_WORDS[row.exception.state], TONES[row.exception.state]) for row in rows]


def detail_of(user: User, row: ExceptionRow) -> Detail:
    """Everything the page of an exception shows."""
    one = row.exception
    strip = strips(user, [one.chain])[0] if one.chain else None
    return Detail(
        row=row,
        state=STATE_WORDS[one.state],
        tone=TONES[one.state],
        documents=_sides(user, row),
        strip=strip if strip and strip.steps else None,
        events=[_event(event) for event in list_events(one)],
        suggestion=SUGGESTED.get(one.rule, ""),
        reasons=[(code, REASON_WORDS[code]) for code in REASONS],
        people=list(User.objects.filter(is_active=True).exclude(role__in=["operator", "administrator"])
                    .order_by("first_name", "email")[:200]),
    )  # fmt: skip


def _sides(user: User, row: ExceptionRow) -> list[Paper]:
    """The document it is about and the one it is compared with, as far as the reader sees them."""
    one = row.exception
    ends = [(OBJECTS[one.document_object], one.document_id)]
    if one.other_object is not None and OBJECTS[one.other_object] not in PARENTS:
        ends.insert(0, (OBJECTS[one.other_object], one.other_id or 0))
    known = ("opportunity", "quote", "order", "shipment", "invoice", "payment")
    return [paper for name, id in ends if name in known for paper in papers_of(user, name, [id])]


def _event(event: Any) -> dict[str, Any]:
    text = REASON_WORDS.get(event.text, event.text) if event.what == "reason" else event.text
    if event.what == "state":
        state, _, why = event.text.partition(": ")
        text = f"{STATE_WORDS.get(state, state)}{f': {why}' if why else ''}"
    return {"at": event.at, "who": event.user, "what": EVENT_WORDS[event.what], "text": text}


def rule_options(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Rules as a menu offers them."""
    rules = exception_rules().rules
    return [(code, f"{code} {rules[code].label}") for code in sorted(codes, key=lambda code: rules[code].number)]


def query_of(**values: str) -> str:
    """Parameters as the end of an address, empty ones left out."""
    return urlencode({name: value for name, value in values.items() if value})

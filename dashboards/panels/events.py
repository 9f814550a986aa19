"""How one happening of the timeline reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.catalogue import load
from accounts.selectors.timeline import Happening
from dashboards.templatetags.figures import words

ICONS = {
    "opportunity": "deal",
    "quote": "note",
    "order": "order",
    "shipment": "shipment",
    "invoice": "invoice",
    "payment": "payment",
    "credit_note": "undo",
    "goods_return": "undo",
    "ticket": "ticket",
    "contract": "note",
    "insight": "spark",
    "note": "note",
}
ACTIVITIES = {"call": "phone", "meeting": "meeting", "mail": "mail", "note": "note"}
KINDS = {"opportunity": "Deal", "insight": "Score", "note": "Note", "activity": "Contact"}


@dataclass(frozen=True)
class Event:
    """One line of the timeline."""

    icon: str
    kind: str
    title: str
    state: str
    amount: Decimal | None
    currency: str
    source: str
    at: datetime
    day: bool
    new: bool = False


def kind_label(object: str) -> str:
    """What a kind of happening is called."""
    return KINDS.get(object) or load()[object].label


def event_view(happening: Happening, *, new: bool = False) -> Event:
    """The line of one happening; an activity is named by what it was."""
    kind = kind_label(happening.object)
    state = words(happening.state) if happening.state else ""
    if happening.object in ("activity", "note"):
        kind, state = state or kind, ""
    icon = (
        ACTIVITIES.get(happening.state or "", ICONS.get(happening.object, "note"))
        if happening.object in ("activity", "note")
        else ICONS.get(happening.object, "note")
    )
    return Event(
        icon,
        kind,
        words(happening.title) if happening.object == "insight" else happening.title,
        state,
        happening.amount,
        happening.currency or "",
        happening.source,
        happening.at,
        happening.day,
        new,
    )

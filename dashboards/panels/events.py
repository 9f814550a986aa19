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
}
ACTIVITIES = {"call": "phone", "meeting": "meeting", "mail": "mail", "note": "note"}
KINDS = {"opportunity": "Deal", "insight": "Score"}


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


def event_view(happening: Happening) -> Event:
    """The line of one happening; an activity is named by what it was."""
    kind = KINDS.get(happening.object, load()[happening.object].label)
    state = words(happening.state) if happening.state else ""
    if happening.object == "activity":
        kind, state = state or kind, ""
    icon = (
        ACTIVITIES.get(happening.state or "", ICONS.get(happening.object, "note"))
        if happening.object == "activity"
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
    )

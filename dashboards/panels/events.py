"""How one happening of the timeline reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.catalogue import load
from accounts.selectors.timeline import Happening
from dashboards.panels.columns import TONES
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
    "health": "chart",
    "hold": "stop",
    "change": "history",
}
ACTIVITIES = {"call": "phone", "meeting": "meeting", "mail": "mail", "note": "note"}
KINDS = {"opportunity": "Deal", "insight": "Score", "note": "Note", "activity": "Contact",
         "health": "Health", "hold": "Credit hold", "change": "Data"}  # fmt: skip
TOLD = ("health", "hold", "change")
BANDS = {"healthy": ("Healthy", "ok"), "watch": ("Watch", "warn"), "risk": ("At risk", "bad")}

DONE = ("activity", "note")  # what people did
SAID = (*DONE, "ticket", "insight")  # what has words rather than the name of a document


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
    tone: str = ""
    said: bool = False  # words people wrote, not the name of a document


def kind_label(object: str) -> str:
    """What a kind of happening is called."""
    return KINDS.get(object) or load()[object].label


def event_view(happening: Happening, *, new: bool = False) -> Event:
    """The line of one happening; an activity is named by what it was."""
    if happening.object in TOLD:
        return _own_view(happening, new)
    kind, state = _kind_and_state(happening)
    title = words(happening.title) if happening.object == "insight" else happening.title
    return Event(
        _icon(happening), kind, title, state, happening.amount, happening.currency or "", happening.source,
        happening.at, happening.day, new, TONES.get(happening.state or "", ""), happening.object in SAID,
    )  # fmt: skip


def _kind_and_state(happening: Happening) -> tuple[str, str]:
    """What it is called and where it stands; an activity is called by its state, and nothing is said twice."""
    kind = kind_label(happening.object)
    state = words(happening.state) if happening.state else ""
    state = "" if state in (kind, words(happening.title)) else state
    return (state or kind, "") if happening.object in DONE else (kind, state)


def _icon(happening: Happening) -> str:
    own = ICONS.get(happening.object, "note")
    return ACTIVITIES.get(happening.state or "", own) if happening.object in DONE else own


def _own_view(happening: Happening, new: bool) -> Event:
    """The line of what became of the customer itself."""
    state, tone = words(happening.state) if happening.state else "", ""
    title = happening.title
    if happening.object == "health":
        state, tone = BANDS.get(happening.state or "", (state, ""))
        title = f"was {BANDS.get(title, (title, ''))[0]}, now"
    elif happening.object == "hold":
        tone = "ok" if happening.state == "released" else "bad"
    else:
        title = f"{_fields(title)} changed"
    icon, kind = ICONS[happening.object], kind_label(happening.object)
    at, day = happening.at, happening.day
    return Event(icon, kind, title, state, None, "", "", at, day, new, tone, said=True)


def _fields(names: str) -> str:
    """Labels of changed fields, the first four by name."""
    fields = load()["account"].fields
    labels = [fields[name].label for name in names.split(",") if name in fields]
    rest = f" and {len(labels) - 4} more" if len(labels) > 4 else ""
    return ", ".join(labels[:4]) + rest

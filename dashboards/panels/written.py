"""What a customer's values have asked of the systems: proposals, and the state of each write."""

from __future__ import annotations

from typing import Any

from accounts import proposals
from accounts.access.edits import may_edit, may_propose
from accounts.catalogue import load
from accounts.catalogue.texts import text_of
from accounts.models import User
from dashboards.panels.facts import LABELS
from dashboards.panels.section import Panel, Reading
from syncengine.selectors.outbox import list_kept, list_written, may_see_writes

STATES = {
    "waiting": ("Waits", "warn"), "approved": ("Approved", "accent"), "applied": ("Carried out", "ok"),
    "rejected": ("Rejected", "bad"), "withdrawn": ("Withdrawn", ""),
}  # fmt: skip


def asks(user: User) -> bool:
    """Whether the role has any field it may change or ask to have changed."""
    return any(may_propose(user, field) for field in load()["account"].fields.values())


def changeable(reading: Reading) -> list[dict[str, Any]]:
    """Fields the reader may change alone or propose, with what stands today."""
    account = reading.customer.account
    fields = load()["account"].fields
    found = []
    for name, field in fields.items():
        if field.type == "reference" or not may_propose(reading.user, field):
            continue
        found.append(
            {
                "name": name, "label": LABELS.get(name, field.label), "alone": may_edit(reading.user, field),
                "now": text_of(field, getattr(account, name)) or "",
            }
        )  # fmt: skip
    return found


def _written(reading: Reading) -> Any:
    rows = list_written(reading.user, reading.customer.account)
    kept = list_kept(reading.user, reading.customer.account)
    return {"rows": rows, "kept": kept, "undo": reading.user.role == "steward"}


def _proposals(reading: Reading) -> Any:
    found = [
        (proposal, *STATES[proposal.request.state])
        for proposal in proposals.list_for_account(reading.user, reading.customer.account, limit=12)
        if all(not wish.hidden for wish in proposal.wishes)
    ]
    return {"rows": found, "fields": changeable(reading), "account": reading.customer.account, "user": reading.user}


PANELS = (
    Panel("proposals", "Changes asked for", "dashboards/customer/_proposals.html", _proposals, asks),
    Panel("written", "Written back", "dashboards/customer/_written.html", _written, may_see_writes),
)

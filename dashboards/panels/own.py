"""What people wrote on the customer: notes and tasks."""

from __future__ import annotations

from typing import Any

from accounts.access import field_access, treatment
from accounts.catalogue import load
from accounts.models import User
from accounts.workspace import visible_notes, visible_tasks
from dashboards.panels.facts import LABELS
from dashboards.panels.section import Panel, Reading

SHOWN = 5
NOTE_KINDS = (("note", "Note"), ("call", "Call"), ("meeting", "Meeting"), ("mail", "Mail"))


def writes(user: User) -> bool:
    """Whether the role may write on customers: who sees a masked name can't write about it."""
    return treatment(user, "identity") == "full"


def reportable(user: User) -> list[tuple[str, str]]:
    """The fields of a customer the user sees and may so call wrong."""
    access = field_access(user, "account")
    fields = load()["account"].fields.items()
    return [(name, LABELS.get(name, spec.label)) for name, spec in fields if access.allows(name)]


def _notes(limit: int) -> Any:
    def read(reading: Reading) -> Any:
        found = list(visible_notes(reading.user, reading.customer.account)[: limit + 1])
        return {"notes": found[:limit], "more": len(found) > limit}

    return read


def _todo(reading: Reading) -> Any:
    tasks = list(visible_tasks(reading.user, reading.customer.account)[:12])
    waiting = [task for task in tasks if task.done_at is None]
    done = [task for task in tasks if task.done_at is not None][:3]
    return {"open": waiting, "done": done, "today": reading.today} if waiting or done else None


PANELS = (
    Panel("todo", "To do", "dashboards/customer/_todo.html", _todo, writes),
    Panel("notes", "Notes", "dashboards/customer/_notes.html", _notes(SHOWN), writes),
    Panel("all_notes", "Notes", "dashboards/customer/_notes.html", _notes(100), writes),
)

"""Every single key the pages know, by where it works; a person may press others instead."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User

Rows = Sequence[tuple[str, str]]
LISTS: tuple[str, Rows] = (
    "Lists",
    (
        ("j", "Next row"),
        ("k", "Previous row"),
        ("Enter", "Open"),
        ("o", "Open beside the list"),
        ("x", "Tick"),
        ("X", "Tick all up to here"),
        ("A", "Tick the whole list"),
        ("s", "Star, or snooze"),
        ("e", "Export"),
        ("z", "Undo what was just done"),
    ),
)
CUSTOMER: tuple[str, Rows] = (
    "Customer",
    (
        ("n", "Log a note"),
        ("t", "Create a task"),
        ("f", "Follow"),
        ("[", "Previous of the list"),
        ("]", "Next of the list"),
    ),
)
FINDING: tuple[str, Rows] = (
    "Exceptions and alerts",
    (
        ("n", "Next"),
        ("m", "Take it"),
        ("a", "Take the alert up"),
        ("w", "Waits for its source"),
        ("x", "Not an issue"),
        ("c", "Comment"),
        ("l", "Confirm the first link"),
    ),
)
CARD: tuple[str, Rows] = (
    "Steward’s card",
    (
        ("m", "Same customer"),
        ("n", "Different customers"),
        ("r", "Related"),
        ("u", "Unsure"),
        ("w", "Why"),
        ("d", "Differences only"),
        ("c", "Comment"),
        ("↑ ↓", "Field"),
        ("1–5", "Take that value"),
        ("Shift 1–5", "Take all of that record"),
        ("0", "Back to the rule"),
        ("t", "Type a value"),
        ("b", "Use that source for all like it"),
        ("i", "Assign to me"),
        ("s", "Put aside"),
        ("f", "Fix at the source, or apply the suggestion"),
        ("v", "Waive"),
        ("p", "Replay"),
        ("y", "Approve"),
        ("q", "Ask"),
        ("⌘Enter", "Give a reason"),
        ("z", "Undo"),
    ),
)
FIXED = ("Enter", "1–5", "Shift 1–5", "↑ ↓", "0", "⌘Enter")  # what browsers or whole rows of keys mean


def key_groups(user: User, *, steward: bool) -> list[tuple[str, Rows]]:
    """The keys that do something for this person, as the person presses them."""
    own: dict[str, str] = user.key_map or {}
    return [(title, [(own.get(key, key), meaning) for key, meaning in rows]) for title, rows in _groups(steward)]


def changeable(*, steward: bool) -> list[tuple[str, str]]:
    """The shipped keys one may move, each once with all it does."""
    meanings: dict[str, list[str]] = {}
    for _, rows in _groups(steward):
        for key, meaning in rows:
            if key not in FIXED:
                meanings.setdefault(key, []).append(meaning)
    return [(key, " · ".join(dict.fromkeys(told))) for key, told in meanings.items()]


def _groups(steward: bool) -> list[tuple[str, Rows]]:
    return [LISTS, CUSTOMER, FINDING, *([CARD] if steward else [])]

"""What stands around each page for this user: navigation with its counters, and how old the data is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.access import treatment
from accounts.catalogue import roles
from accounts.models import User
from accounts.selectors.freshness import SourceAge, list_source_ages
from dashboards.counters import count_open_tasks

KEYS = (
    ("Everywhere", (("⌘K", "Search customers and pages"), ("/", "Filter"), ("?", "These keys"), ("g h", "Home"),
                    ("g c", "Customers"), ("g q", "Queue"), ("g s", "Sync"), ("Esc", "Close"))),
    ("Lists", (("j", "Next row"), ("k", "Previous row"), ("Enter", "Open"))),
    ("Steward's card", (("m", "Same customer"), ("n", "Different customers"), ("1–5", "Take that value"),
                        ("t", "Type a value"), ("z", "Undo"))),
)  # fmt: skip
THEMES = (("system", "System", "screen"), ("light", "Light", "sun"), ("dark", "Dark", "moon"))
DENSITIES = (("comfortable", "Roomy"), ("default", "Default"), ("compact", "Compact"))
TONES = {"ok": 0, "quiet": 1, "busy": 1, "warn": 2, "bad": 3}


@dataclass(frozen=True)
class NavItem:
    """One page of the navigation."""

    name: str
    label: str
    icon: str
    letter: str
    url: str
    current: bool
    count: int = 0
    counted: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Shell:
    """Everything the frame of a page shows."""

    items: Sequence[NavItem]
    sources: Sequence[SourceAge]
    role_label: str
    initials: str
    keys = KEYS
    themes = THEMES
    densities = DENSITIES

    @property
    def worst(self) -> SourceAge | None:
        """The source that limits what the page can claim."""
        return max(self.sources, key=lambda age: (TONES[age.tone], age.age_seconds or 0), default=None)

    @property
    def as_of(self) -> datetime | None:
        """The oldest data on the page."""
        return self.worst.data_at if self.worst else None

    @property
    def as_of_tone(self) -> str:
        """ok, warn, bad or quiet."""
        return self.worst.tone if self.worst else "quiet"

    @property
    def as_of_word(self) -> str:
        """The state of the data in a few words."""
        late = [age.label for age in self.sources if age.tone in ("warn", "bad")]
        if not self.sources:
            return "No sources yet"
        if not late:
            return "Up to date"
        return f"{late[0]} is late" if len(late) == 1 else f"{len(late)} sources late"


def get_shell(user: User, current: str, ages: Sequence[SourceAge] | None = None) -> Shell:
    """The frame of a page for a user; two reads."""
    ages = list_source_ages() if ages is None else ages
    return Shell(
        items=list(_items(user, current, ages)),
        sources=ages,
        role_label=roles()[user.role].label,
        initials=_initials(str(user)),
    )


def may_see_queue(user: User) -> bool:
    """Whether stewards' tasks are this user's work."""
    return user.role == "steward"


def may_see_sync(user: User) -> bool:
    """Whether runs and refused records are shown to this user."""
    return treatment(user, "runs") != "none"


def _items(user: User, current: str, ages: Sequence[SourceAge]) -> list[NavItem]:
    def item(name: str, label: str, icon: str, letter: str, url: str, **more: object) -> NavItem:
        return NavItem(name, label, icon, letter, reverse(url), name == current, **more)  # type: ignore[arg-type]

    items = [item("home", "Home", "home", "h", "home"), item("customers", "Customers", "customers", "c", "customers")]
    if may_see_queue(user):
        items.append(item("queue", "Queue", "queue", "q", "queue", count=count_open_tasks(), counted="open tasks"))
    if may_see_sync(user):
        troubled = sum(age.tone == "bad" for age in ages)
        items.append(item("sync", "Sync", "sync", "s", "sync", count=troubled, counted="in trouble", urgent=True))
    return items


def _initials(name: str) -> str:
    words = [word for word in name.split("@")[0].replace(".", " ").replace("_", " ").split() if word]
    return "".join(word[0] for word in words[:2]).upper()

"""What stands around each page for this user: navigation with its counters, and how old the data is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import may_list, treatment
from accounts.access.edits import may_approve
from accounts.alerts.inbox import count_alerts, rules_of
from accounts.catalogue import load, roles
from accounts.forecast.reads import CLASSES, may_see_forecast
from accounts.models import User
from dashboards.freshness import SourceLine, list_source_lines, word_of
from dashboards.keymap import key_groups
from syncengine.selectors.policies import may_see_rules
from syncengine.selectors.queue import count_tasks, judges_policies, works_desk
from syncengine.selectors.sync import may_see_runs

PAGES = {
    "home": ("Home", "home", "h"),
    "customers": ("Customers", "customers", "c"),
    "q2c": ("Quote to cash", "flow", "p"),
    "alerts": ("Alerts", "bell", "l"),
    "health": ("Health", "chart", "e"),
    "forecast": ("Forecast", "spark", "t"),
    "queue": ("Queue", "queue", "q"),
    "merges": ("Merges", "history", "m"),
    "sync": ("Sync", "sync", "s"),
    "products": ("Products", "order", "i"),
    "receivables": ("Receivables", "payment", "r"),
    "rules": ("Rules", "rows", "w"),
    "metrics": ("Figures", "help", "f"),
    "admin_users": ("Administration", "people", "u"),
    "dictionary": ("Dictionary", "table", "d"),
}
# What stands apart in the navigation, under a heading of its own.
GROUPS = {
    "Data": ("queue", "merges", "sync", "rules", "dictionary"),
    "Reference": ("metrics", "admin_users"),
}
# Whose data a page shows: a sentence about a stream stands on these pages.
SHOWS = {
    "customers": ("account", "contact", "address"),
    "q2c": ("opportunity", "quote", "order", "order_line", "invoice", "payment", "shipment"),
    "products": ("product", "stock", "price", "price_book"),
    "receivables": ("invoice", "payment"),
    "forecast": ("opportunity", "order", "invoice"),
    "health": ("order", "invoice", "ticket", "activity"),
}
THEMES = (("system", "System", "screen"), ("light", "Light", "sun"), ("dark", "Dark", "moon"))
DENSITIES = (("comfortable", "Roomy"), ("default", "Default"), ("compact", "Compact"))


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

    @property
    def group(self) -> str:
        """The heading it stands under, none for the daily work."""
        return next((title for title, names in GROUPS.items() if self.name in names), "")


@dataclass(frozen=True)
class Shell:
    """Everything the frame of a page shows."""

    items: Sequence[NavItem]
    sources: Sequence[SourceLine]
    role_label: str
    initials: str
    keys: Sequence[Any]
    notices: Sequence[str] = ()
    themes = THEMES
    densities = DENSITIES

    @property
    def worst(self) -> SourceLine | None:
        """The source that limits what the page can claim."""
        return self.sources[0] if self.sources else None

    @property
    def as_of(self) -> datetime | None:
        """The age of the worst source's data."""
        return self.worst.data_at if self.worst else None

    @property
    def as_of_tone(self) -> str:
        """ok, warn, bad or quiet."""
        return self.worst.tone if self.worst else "quiet"

    @property
    def as_of_word(self) -> str:
        """The state of the data in a few words."""
        return word_of(self.sources)


def get_shell(user: User, current: str, ages: Sequence[SourceLine] | None = None) -> Shell:
    """The frame of a page for a user; two reads."""
    ages = list_source_lines() if ages is None else ages
    return Shell(
        items=_items(user, current, ages),
        sources=ages,
        role_label=roles()[user.role].label,
        initials=_initials(str(user)),
        keys=_keys(user),
        notices=[text for line in ages for name, text in line.notices if name in SHOWS.get(current, ())],
    )


def may_see_orders(user: User) -> bool:
    """Whether the way from deal to payment is this user's to see."""
    return treatment(user, "order") == "full"


def may_see_queue(user: User) -> bool:
    """Whether stewards' tasks are this user's work."""
    return works_desk(user)


def may_work_queue(user: User) -> bool:
    """Whether anything of the one queue is this user's: the desk, changes others ask for, or policies."""
    return works_desk(user) or may_approve_any(user) or judges_policies(user)


def may_approve_any(user: User) -> bool:
    """Whether changes that others ask for are this user's to decide."""
    return any(may_approve(user, field) for field in load()["account"].fields.values())


def may_administer(user: User) -> bool:
    """Whether users and what they are granted are this user's to change."""
    return user.role == "administrator"


def list_pages(user: User, current: str = "") -> list[NavItem]:
    """The pages this user may open."""
    names = ["home", "customers"]
    names += ["alerts"] if rules_of(user) else []
    names += ["q2c"] if may_see_orders(user) else []
    names += ["products"] if may_list(user, "product") else []
    names += ["receivables"] if treatment(user, "receivable") == "full" else []
    names += ["forecast"] if any(may_see_forecast(user, kind) for kind in CLASSES) else []
    names += ["health"] if treatment(user, "health") in ("full", "summary") else []
    names += ["queue"] if may_work_queue(user) else []
    names += ["merges"] if may_see_queue(user) else []
    names += ["sync"] if may_see_runs(user) else []
    names += ["rules"] if may_see_rules(user) else []
    names += ["dictionary", "metrics"]
    names += ["admin_users"] if may_administer(user) else []
    return [NavItem(name, *PAGES[name], url=reverse(name), current=name == current) for name in names]


def _items(user: User, current: str, sources: Sequence[SourceLine]) -> list[NavItem]:
    return [_counted(item, user, sources) for item in list_pages(user, current)]


def _counted(item: NavItem, user: User, sources: Sequence[SourceLine]) -> NavItem:
    if item.name == "queue":
        return replace(item, count=count_tasks(user), counted="open tasks")
    if item.name == "alerts":
        return replace(item, count=count_alerts(user, timezone.now()), counted="waiting")
    if item.name == "sync":
        troubled = sum(line.tone == "bad" for line in sources)
        return replace(item, count=troubled, counted="in trouble", urgent=True)
    return item


def _keys(user: User) -> list[Any]:
    """The keys that do something for this user."""
    pages = [(f"g {item.letter}", item.label) for item in list_pages(user)]
    everywhere = [
        ("⌘K", "Search everything"),
        ("/", "Filter"),
        ("?", "These keys"),
        ("Esc", "Close"),
    ]
    return [("Everywhere", everywhere + pages), *key_groups(user, steward=may_see_queue(user))]


def _initials(name: str) -> str:
    words = [word for word in name.split("@")[0].replace(".", " ").replace("_", " ").split() if word]
    return "".join(word[0] for word in words[:2]).upper()

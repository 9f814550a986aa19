"""Which sections stand on which tab of a customer's page, and in which order for which role.

A new section is a Panel in a module of its own; it is added to PANELS and named in the tabs it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from dashboards.panels import cash, customer, happenings, health, money, own, patterns, provenance, relations, written
from dashboards.panels.section import Panel

MODULES = (customer, health, cash, money, patterns, own, happenings, provenance, relations, written)
PANELS: dict[str, Panel] = {panel.name: panel for module in MODULES for panel in module.PANELS}


@dataclass(frozen=True)
class Tab:
    """One view of a customer: its sections, wide and beside."""

    name: str
    label: str
    main: tuple[str, ...]
    side: tuple[str, ...] = ()


@dataclass(frozen=True)
class TabLink:
    """A tab as the page's own navigation shows it."""

    label: str
    url: str
    current: bool


TABS = {
    tab.name: tab
    for tab in (
        Tab("sales", "Sales", ("rhythm", "pipeline", "quotes", "bought", "revenue", "contracts"), ("people",)),
        Tab("finance", "Finance", ("invoices", "pays", "agreements", "payments", "credits"), ("credit", "behaviour")),
        Tab("service", "Service", ("tickets",), ("people",)),
        Tab("orders", "Orders", ("chains", "orders", "shipments"), ("places",)),
        Tab("health", "Health", ("formula", "change", "history"), ("moves", "pulse", "scores")),
        Tab("timeline", "Timeline", ("timeline",), ("todo", "all_notes")),
        Tab("people", "People", ("everyone",), ("places",)),
        Tab("data", "Data", ("tasks", "grid", "record", "proposals", "written", "changes")),
        Tab("group", "Group", ("group",)),
    )
}

# The overview asks each role's first question first; what a role may not see is not there at all.
OVERVIEW: dict[str, tuple[str, ...]] = {
    "sales": ("signals", "process", "revenue", "pipeline", "orders", "invoices", "tickets", "latest"),
    "finance": ("signals", "process", "invoices", "payments", "revenue", "orders", "latest"),
    "support": ("signals", "process", "tickets", "orders", "latest"),
    "executive": ("signals", "process", "revenue", "pipeline", "invoices", "orders", "latest"),
    "operations": ("signals", "process", "orders", "revenue", "latest"),
    "steward": ("tasks", "record", "latest"),
    "operator": ("record",),
    "marketing": ("facts",),
    "administrator": ("facts",),
}
SIDE: tuple[str, ...] = ("health", "todo", "notes", "facts", "people", "places")
SIDE_OF: dict[str, tuple[str, ...]] = {  # who sees the golden record needs no facts twice
    "steward": ("todo", "notes", "people", "places"),
    "operator": ("places",),
    "marketing": ("health", "todo", "notes", "people", "places"),
    "administrator": ("todo", "notes", "people", "places"),
}


def overview_of(user: User) -> Tab:
    """The role's overview."""
    return Tab("overview", "Overview", OVERVIEW.get(user.role, ("latest",)), SIDE_OF.get(user.role, SIDE))


def tab_of(user: User, name: str) -> Tab | None:
    """The tab of that name, None where the role sees nothing on it."""
    tab = TABS.get(name)
    return tab if tab and _has_something(user, tab) else None


def tab_links(user: User, account_id: int, current: str) -> list[TabLink]:
    """Every tab the role sees something on, the overview first."""
    overview = TabLink("Overview", reverse("customer", args=[account_id]), current == "overview")
    tabs = [tab for tab in TABS.values() if _has_something(user, tab)]
    links = [TabLink(tab.label, reverse("tab", args=[account_id, tab.name]), tab.name == current) for tab in tabs]
    return [overview, *links]


def panels_of(names: Sequence[str]) -> list[Panel]:
    """The sections of those names."""
    return [PANELS[name] for name in names]


def _has_something(user: User, tab: Tab) -> bool:
    return any(PANELS[name].seen(user) for name in tab.main)

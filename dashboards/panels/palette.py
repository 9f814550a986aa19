"""What the palette and the search page offer: customers, documents, people, pages and things to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from accounts.selectors.search import Hit, search_customers
from accounts.selectors.search_more import DocumentHit, PersonHit, recent_customers, search_documents, search_people
from dashboards.panels.events import ICONS
from dashboards.panels.own import writes
from dashboards.shell import list_pages

SHORTEST = 2
TABS = {"invoice": "finance", "payment": "finance", "credit_note": "finance", "ticket": "service", "order": "orders",
        "shipment": "orders", "quote": "sales", "opportunity": "sales", "contract": "sales"}  # fmt: skip
ACTIONS = (
    ("Export the customers as CSV", "download", "customers_export"),
    ("Your keys", "key", "own_keys"),
    ("Change password", "lock", "password_change"),
)


@dataclass(frozen=True)
class Line:
    """One line to choose: where it leads, what it says, and why it is here."""

    icon: str
    title: str
    url: str
    why: str = ""
    key: str = ""


@dataclass(frozen=True)
class LineGroup:
    """Lines of one kind under their heading."""

    title: str
    lines: Sequence[Line]


def find(user: User, words: str) -> list[LineGroup]:
    """Everything that answers to the words; without words what was looked at lately, and the pages."""
    if len(words) < SHORTEST:
        groups = [LineGroup("Recent", [_recent(account) for account in recent_customers(user)])]
        return [group for group in [*groups, _pages(user, ""), _actions(user, "")] if group.lines]
    hits = search_customers(user, words, limit=8)
    groups = [
        LineGroup("Customers", [_customer(hit) for hit in hits]),
        LineGroup("Documents", [_document(hit) for hit in search_documents(user, words)]),
        LineGroup("People", [_person(hit) for hit in search_people(user, words)]),
        _pages(user, words),
        _actions(user, words),
        LineGroup(f"With {hits[0].name}", _acts_on(hits[0])) if hits and writes(user) else LineGroup("", ()),
    ]
    return [group for group in groups if group.lines]


def _recent(account: object) -> Line:
    return Line("history", str(account), reverse("customer", args=[account.pk]), getattr(account, "city", "") or "")  # type: ignore[attr-defined]


def _customer(hit: Hit) -> Line:
    place = ", ".join(part for part in (hit.city, hit.country) if part)
    why = " · ".join(part for part in (place, "" if hit.why == "name" else hit.why) if part)
    return Line("customers", hit.name, reverse("customer", args=[hit.id]), why)


def _document(hit: DocumentHit) -> Line:
    url = reverse("tab", args=[hit.account_id, TABS.get(hit.object, "timeline")])
    return Line(ICONS.get(hit.object, "note"), f"{hit.label} {hit.number}", url, hit.account)


def _person(hit: PersonHit) -> Line:
    why = " · ".join(part for part in (hit.account, hit.why) if part)
    return Line("user", hit.name, reverse("tab", args=[hit.account_id, "people"]), why)


def _pages(user: User, words: str) -> LineGroup:
    pages = [item for item in list_pages(user) if words.casefold() in item.label.casefold()]
    return LineGroup("Pages", [Line(item.icon, item.label, item.url, key=f"g {item.letter}") for item in pages])


def _actions(user: User, words: str) -> LineGroup:
    named = [action for action in ACTIONS if words and words.casefold() in action[0].casefold()]
    return LineGroup("Actions", [Line(icon, title, reverse(name)) for title, icon, name in named])


def _acts_on(hit: Hit) -> list[Line]:
    return [
        Line("print", "Open the brief", reverse("brief", args=[hit.id])),
        Line("history", "Open the timeline", reverse("tab", args=[hit.id, "timeline"])),
        Line("note", "Log a note", reverse("customer", args=[hit.id]) + "#note-menu"),
    ]

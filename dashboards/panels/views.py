"""The tabs above the customer list: the views that are shipped, and those people keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.filtersets import AccountFilter
from accounts.filtersets.question import sees
from accounts.metrics.language import names_of, parse
from accounts.models import SavedView, User
from accounts.workspace import visible_views
from dashboards.panels.list_state import ListState

SHIPPED: tuple[tuple[str, dict[str, str], str], ...] = (
    ("All", {}, ""),
    ("Mine", {"mine": "true"}, ""),
    ("Going quiet", {"quiet": "true"}, "-revenue"),
    ("Paying later", {"paying_later": "true"}, "-overdue"),
    ("Won, not ordered", {"won_not_ordered": "true"}, ""),
    ("Over limit", {"credit": "over"}, ""),
    ("New, 90 days", {"new_days": "90"}, ""),
    ("Contract with an old ticket", {"where": "contract_value > 50000 and oldest_open_ticket_days > 14"}, ""),
    ("Quotes ordered late", {"where": "late_quote_orders > 0"}, ""),
    ("Other prices than offered", {"where": "price_differences > 0"}, ""),
    ("Incomplete", {"missing": "country,owner,segment,phone"}, ""),
)
SHARED = {"private": "Only you", "role": "Your role", "team": "Team", "everyone": "Everyone"}


@dataclass(frozen=True)
class ViewTab:
    """One view: its address, whether it is what is shown, and who made it."""

    label: str
    query: str
    current: bool
    id: int | None = None
    own: bool = False
    changed: bool = False
    note: str = ""


def view_tabs(user: User, state: ListState) -> Sequence[ViewTab]:
    """Shipped views the role can use, then those people keep; one query."""
    usable = [view for view in SHIPPED if _usable(user, view[1])]
    tabs = [_shipped(*view, state) for view in usable]
    return [*tabs, *(_kept(view, user, state) for view in visible_views(user, "customers"))]


def _usable(user: User, filters: dict[str, str]) -> bool:
    asked = names_of(parse(filters["where"])) if "where" in filters else ()
    return all(AccountFilter.allows(user, name) for name in filters) and all(sees(user, name) for name in asked)


def _shipped(label: str, filters: dict[str, str], sort: str, state: ListState) -> ViewTab:
    alike = state.filters == filters and not state.view
    return ViewTab(label, ListState(filters, sort).query, alike)


def _kept(view: SavedView, user: User, state: ListState) -> ViewTab:
    kept = state_of(view)
    note = "" if view.share == "private" else f"{SHARED[view.share]} · {view.owner}"
    current = state.view == str(view.pk)
    return ViewTab(
        view.name, kept.query, current, view.pk, view.owner_id == user.pk, current and state.saved != kept.saved, note
    )


def state_of(view: SavedView) -> ListState:
    """The list as the view keeps it."""
    return ListState(view.filters, view.sort, tuple(view.columns), view.grouping, view.density, str(view.pk))

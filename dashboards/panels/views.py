"""The tabs above the customer list: the views that are shipped, and those people keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from accounts.filtersets import AccountFilter
from accounts.filtersets.question import sees
from accounts.metrics.language import names_of, parse
from accounts.models import SavedView, User
from accounts.selectors.groups import groupings_of
from accounts.workspace import visible_views
from dashboards.panels.list_state import ListState


class Shipped(NamedTuple):
    """A view every company starts with."""

    label: str
    filters: dict[str, str]
    sort: str = ""
    group: str = ""
    figure: str = ""  # what it tells beside the figures it asks about


SHIPPED = (
    Shipped("All", {}),
    Shipped("Mine", {"mine": "true"}),
    Shipped("Going quiet", {"quiet": "true"}, "-revenue"),
    Shipped("Paying later", {"paying_later": "true"}, "-overdue"),
    Shipped("Won, not ordered", {"won_not_ordered": "true"}),
    Shipped("Over limit", {"credit": "over"}),
    Shipped("New, 90 days", {"new_days": "90"}),
    Shipped("Contract with an old ticket", {"where": "contract_value > 50000 and oldest_open_ticket_days > 14"}),
    Shipped("Margin by segment", {}, "", "segment", "gross_margin"),
    Shipped("Quotes ordered late", {"where": "late_quote_orders > 0"}),
    Shipped("Other prices than offered", {"where": "price_differences > 0"}),
    Shipped("Incomplete", {"missing": "country,owner,segment,phone"}),
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
    usable = [view for view in SHIPPED if _usable(user, view)]
    grouped = any(view.group and _shows(view, state) for view in usable)
    tabs = [_shipped(view, state, beside=grouped) for view in usable]
    return [*tabs, *(_kept(view, user, state) for view in visible_views(user, "customers"))]


def _usable(user: User, view: Shipped) -> bool:
    asked = names_of(parse(view.filters["where"])) if "where" in view.filters else ()
    figures = {*asked, view.figure} - {""}
    return (
        all(AccountFilter.allows(user, name) for name in view.filters)
        and all(sees(user, name) for name in figures)
        and (not view.group or view.group in groupings_of(user))
    )


def _shows(view: Shipped, state: ListState) -> bool:
    return state.filters == view.filters and not state.view and view.group in ("", state.group)


def _shipped(view: Shipped, state: ListState, *, beside: bool) -> ViewTab:
    """A shipped view's tab; one without grouping is not what is shown `beside` one that has the list's grouping."""
    current = _shows(view, state) and bool(view.group) == beside
    return ViewTab(view.label, ListState(view.filters, view.sort, group=view.group).query, current)


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

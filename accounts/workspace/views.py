"""Lists that people keep under a name, alone or for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import SavedView, User
from accounts.workspace.rules import NotAllowed, clean_text


def visible_views(user: User, page: str) -> QuerySet[SavedView]:
    """One's own views of a page and those shared with one, one's own first."""
    teams = user.groups.values("pk")
    shared = Q(share="everyone") | Q(share="role", role=user.role) | Q(share="team", team__in=teams)
    own = Q(owner=user)
    views = SavedView.objects.filter(own | shared, page=page).select_related("owner", "team")
    return views.order_by("share", "name", "id")


@transaction.atomic
def save_view(
    *,
    name: str,
    by: User,
    now: datetime,
    page: str = "customers",
    filters: Mapping[str, str],
    sort: str = "",
    columns: Sequence[str] = (),
    grouping: str = "",
    density: str = "",
    share: str = "private",
    team: Group | None = None,
) -> SavedView:
    """The view under that name, new or changed; shared with one's own role or a team of one's own only."""
    if share == "team" and (team is None or not by.groups.filter(pk=team.pk).exists()):
        raise NotAllowed("A view is shared with a team you belong to.")
    values = {
        "filters": dict(filters),
        "sort": sort,
        "columns": list(columns),
        "grouping": grouping,
        "density": density,
        "share": share,
        "role": by.role if share == "role" else "",
        "team": team if share == "team" else None,
        "changed_at": now,
    }
    known = {"owner": by, "page": page, "name": clean_text(name, "The name")}
    view, new = SavedView.objects.update_or_create(
        **known, defaults=values, create_defaults=values | {"created_at": now}
    )
    detail = {"name": view.name, "share": share}
    action = "view saved" if new else "view changed"
    audit.record(user=by, action=action, object="view", row_id=view.pk, detail=detail, at=now)
    return view


@transaction.atomic
def delete_view(*, view: SavedView, by: User, now: datetime) -> None:
    """The view is gone, for everybody it was shared with too."""
    if view.owner_id != by.pk:
        raise NotAllowed("Only who made a view deletes it.")
    audit.record(user=by, action="view deleted", object="view", row_id=view.pk, detail={"name": view.name}, at=now)
    view.delete()

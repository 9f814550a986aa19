"""Who logs in, what they were granted, and what they did, for who administers the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db.models import Count, F, Q, QuerySet

from accounts.access import visible_accounts
from accounts.models import (
    Account,
    AccountUserPermission,
    ApiToken,
    AuditEntry,
    Territory,
    TerritoryGroupPermission,
    TerritoryUserPermission,
    User,
)

SHOWN = 200


@dataclass(frozen=True)
class Granted:
    """What one user was given: territories of their own and by team, single customers, keys."""

    user: User
    territories: frozenset[int]
    by_team: frozenset[int]
    teams: frozenset[int]
    shares: Sequence[Account]
    keys: Sequence[ApiToken]


def list_users(words: str = "", role: str = "") -> list[User]:
    """Users by name, those who may log in first; two queries."""
    users = User.objects.prefetch_related("groups").order_by("-is_active", "email")
    if words:
        users = users.filter(Q(email__icontains=words) | Q(first_name__icontains=words) | Q(last_name__icontains=words))
    return list((users.filter(role=role) if role else users)[:SHOWN])


def get_granted(user: User) -> Granted:
    """Everything the user was given, in a handful of queries."""
    teams = frozenset(user.groups.values_list("pk", flat=True))
    own = TerritoryUserPermission.objects.filter(user=user).values_list("content_object_id", flat=True)
    team = TerritoryGroupPermission.objects.filter(group__in=teams).values_list("content_object_id", flat=True)
    shared = AccountUserPermission.objects.filter(user=user).values("content_object_id")
    return Granted(
        user=user,
        territories=frozenset(own),
        by_team=frozenset(team),
        teams=teams,
        shares=list(Account.objects.filter(pk__in=shared).order_by("name", "id")[:SHOWN]),
        keys=list(user.tokens.order_by("-created_at")),
    )


def list_territories() -> list[tuple[Territory, int, Sequence[str]]]:
    """Each territory with its number of customers and who was granted it; four queries."""
    live = Account.objects.filter(merged_into=None, sales_territory__isnull=False).order_by()
    counts = dict(live.values_list("sales_territory").annotate(Count("pk")))
    holders: dict[int, list[str]] = {}
    users = TerritoryUserPermission.objects.order_by("user__email").values_list("content_object_id", "user__email")
    groups = TerritoryGroupPermission.objects.order_by("group__name").values_list("content_object_id", "group__name")
    for territory, name in [*groups, *users]:
        holders.setdefault(territory, []).append(name)
    return [
        (territory, counts.get(territory.pk, 0), holders.get(territory.pk, []))
        for territory in Territory.objects.order_by("label")
    ]


def list_teams() -> QuerySet[Group]:
    """Teams with how many belong to them."""
    return Group.objects.annotate(members=Count("user")).order_by("name")


def list_keys() -> QuerySet[ApiToken]:
    """Every key for programs, those in use first."""
    return ApiToken.objects.select_related("user").order_by(F("revoked_at").asc(nulls_first=True), "-created_at")


def search_audit(params: Mapping[str, str], *, before: tuple[datetime, int] | None = None) -> list[AuditEntry]:
    """Entries by who, what, which customer and since when, the latest first."""
    entries = AuditEntry.objects.order_by("-at", "-id")
    if who := params.get("who", ""):
        entries = entries.filter(user_label__icontains=who) | entries.filter(user__email__icontains=who)
    if action := params.get("action", ""):
        entries = entries.filter(action__icontains=action)
    if params.get("customer", "").isdecimal():
        entries = entries.filter(object="account", row_id=int(params["customer"]))
    if since := _day(params.get("since", "")):
        entries = entries.filter(at__date__gte=since)
    if before:
        at, id = before
        entries = entries.filter(Q(at__lt=at) | Q(at=at, id__lt=id))
    return list(entries[: SHOWN // 2 + 1])


def name_subjects(user: User, entries: Sequence[AuditEntry]) -> list[tuple[AuditEntry, str]]:
    """Each entry with the name of the customer, person or team it is about, as far as the reader sees it."""
    known = {"account": visible_accounts(user), "user": User.objects.all(), "group": Group.objects.all()}
    ids = {kind: {entry.row_id for entry in entries if entry.object == kind} - {None} for kind in known}
    names = {
        (kind, row.pk): str(row) for kind, rows in known.items() if ids[kind] for row in rows.filter(pk__in=ids[kind])
    }
    return [(entry, names.get((entry.object, entry.row_id), "")) for entry in entries]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

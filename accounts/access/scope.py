"""Which rows a user sees: every customer, or those of granted territories and shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from accounts.access.fields import Reader, may_list, treatment
from accounts.catalogue import load, roles
from accounts.models import Account, Contact
from accounts.models.own_field import with_own_fields

Row = TypeVar("Row", bound=Model)

# Grain: one row a territory granted to the user or a group of theirs, and one a shared customer.
# A share follows its customer into the survivor of a merge.
GRANTS = """
    SELECT 'territory', g.content_object_id
      FROM accounts_territoryuserpermission g JOIN auth_permission p ON p.id = g.permission_id
     WHERE g.user_id = %(user)s AND p.codename = 'see_territory'
    UNION
    SELECT 'territory', g.content_object_id
      FROM accounts_territorygrouppermission g JOIN auth_permission p ON p.id = g.permission_id
      JOIN accounts_user_groups m ON m.group_id = g.group_id
     WHERE m.user_id = %(user)s AND p.codename = 'see_territory'
    UNION
    SELECT 'account', coalesce(a.merged_into_id, a.id)
      FROM accounts_accountuserpermission g JOIN auth_permission p ON p.id = g.permission_id
      JOIN accounts_account a ON a.id = g.content_object_id
     WHERE g.user_id = %(user)s AND p.codename = 'view_account'
    UNION
    SELECT 'account', coalesce(a.merged_into_id, a.id)
      FROM accounts_accountgrouppermission g JOIN auth_permission p ON p.id = g.permission_id
      JOIN accounts_user_groups m ON m.group_id = g.group_id
      JOIN accounts_account a ON a.id = g.content_object_id
     WHERE m.user_id = %(user)s AND p.codename = 'view_account'
"""


@dataclass(frozen=True)
class Scope:
    """Everything, or granted territories and shared customers."""

    everything: bool
    territories: tuple[int, ...] = ()
    shares: tuple[int, ...] = ()

    def covers(self, account: Account) -> bool:
        """Whether one customer lies within, without asking the database."""
        return self.everything or account.sales_territory_id in self.territories or account.pk in self.shares

    def condition(self, path: str = "") -> Q:
        """The scope as a condition on the customer at `path`, e.g. `account`."""
        prefix = f"{path}__" if path else ""
        within = Q(**{f"{prefix}sales_territory_id__in": self.territories})
        if not self.shares:  # an OR of nothing would still keep the planner from the territory's index
            return within
        return within | Q(**{f"{prefix}pk__in": self.shares})


def scope_of(user: Reader) -> Scope:
    """The user's scope, read once per user object, that is once a request."""
    if not user.is_authenticated or not user.is_active:
        return Scope(everything=False)
    found = user.__dict__.get("_scope")
    if found is None:
        found = user.__dict__["_scope"] = _read_scope(user)
    return found


def forget_scope(user: Reader) -> None:
    """The scope is read afresh when next asked for."""
    user.__dict__.pop("_scope", None)


def _read_scope(user: Any) -> Scope:
    role = roles().get(user.role)
    if role is None:
        return Scope(everything=False)
    if role.scope == "all":
        return Scope(everything=True)
    with connection.cursor() as cursor:
        cursor.execute(GRANTS, {"user": user.pk})
        rows = cursor.fetchall()
    return Scope(
        everything=False,
        territories=tuple(sorted(row_id for kind, row_id in rows if kind == "territory")),
        shares=tuple(sorted(row_id for kind, row_id in rows if kind == "account")),
    )


def visible_accounts(user: Reader) -> QuerySet[Account]:
    """Live customers the user may see."""
    live = Account.objects.filter(merged_into__isnull=True)
    if treatment(user, "identity") == "none":
        return live.none()
    scope = scope_of(user)
    return live if scope.everything else live.filter(scope.condition())


def listed_accounts(user: Reader) -> QuerySet[Account]:
    """The same customers for lists: the territory as the summary copies it, where its indexes hold it too."""
    scope = scope_of(user)
    if scope.everything or treatment(user, "identity") == "none":
        return visible_accounts(user)
    live = Account.objects.filter(merged_into__isnull=True)
    return live.filter(scope.condition("summary"))


def restrict(queryset: QuerySet[Row], user: Reader, object: str, account_path: str | None = "account") -> QuerySet[Row]:
    """Rows of a catalogue object the user may see: live ones, of a class seen in rows, within scope.

    What belongs to no customer yet is seen only by roles that see everything. `account_path` is None for
    objects no customer owns, such as products.
    """
    if not may_list(user, object):
        return queryset.none()
    columns = {column.name for column in queryset.model._meta.get_fields()}
    if "deleted_at" in columns:
        queryset = queryset.filter(deleted_at__isnull=True)
    if "merged_into" in columns:
        queryset = queryset.filter(merged_into__isnull=True)
    if "record_count" in columns:  # all its records were deleted at their sources
        queryset = queryset.filter(record_count__gt=0)
    if "consent_email" in columns and treatment(user, "person") == "consent":
        queryset = queryset.filter(consent_email=True)
    scope = scope_of(user)
    if account_path is None or scope.everything:
        return queryset
    return queryset.filter(scope.condition(account_path))


def visible_contacts(user: Reader) -> QuerySet[Contact]:
    """Live contacts the user may see; with consent only where the role needs it."""
    return restrict(Contact.objects.all(), user, "contact")


def get_account_or_404(user: Reader, id: int) -> Account:
    """The customer the id leads to today, with `requested_id`; not found if the user may not see it."""
    joined = Account.objects.select_related("merged_into", "summary", "months", "figures", "health", "sales_territory")
    whole = with_own_fields(joined, "account")
    account = whole.filter(pk=id).first()
    asked = account
    seen: set[int] = set()
    while account and account.merged_into_id and account.pk not in seen:
        seen.add(account.pk)
        account = account.merged_into
    if account is None or treatment(user, "identity") == "none" or not scope_of(user).covers(account):
        raise Http404("No such customer.")
    if account is not asked and load()["account"].own:  # a survivor read by its join lacks the company's own fields
        account = whole.get(pk=account.pk)
    account.requested_id = id  # type: ignore[attr-defined]  # what the caller asked for, if merged since
    return account

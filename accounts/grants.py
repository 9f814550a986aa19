"""Who is given what: roles, territories and single customers. Every grant leaves an audit entry."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from guardian.shortcuts import assign_perm, remove_perm

from accounts import audit
from accounts.models import Account, ApiToken, Territory, User
from accounts.models.user import ROLES

DEMO_DOMAIN = "concord.example"
DEMO_PASSWORD = "concord-demo"
DEMO_GROUP = "Sales of two territories"
Grantee = User | Group


class KnownEmail(ValueError):
    """Somebody logs in with that e-mail already."""


class OwnLogin(ValueError):
    """An administrator may not take away their own way in."""


class UnknownRole(ValueError):
    """The role asked for is none of the role matrix."""


@dataclass(frozen=True)
class DemoLogin:
    """A login whose password everybody may know."""

    role: str
    email: str
    password: str


@transaction.atomic
def set_role(*, user: User, role: str, by: User | None) -> None:
    """The user has the role from the next request on."""
    if role not in ROLES:
        raise UnknownRole(f"{role!r} is no role; roles are {', '.join(ROLES)}")
    if by is not None and by.pk == user.pk:
        raise OwnLogin("Nobody changes their own role; ask another administrator.")
    former, user.role = user.role, role
    user.save(update_fields=["role"])
    audit.record(user=by, action="role set", object="user", row_id=user.pk, detail={"from": former, "to": role})


@transaction.atomic
def create_user(*, email: str, role: str, first_name: str = "", last_name: str = "", by: User | None) -> User:
    """Somebody new, who chooses a password by the mail that is sent; nobody knows the first one."""
    if role not in ROLES:
        raise UnknownRole(f"{role!r} is no role; roles are {', '.join(ROLES)}")
    if User.objects.filter(email__iexact=email).exists():
        raise KnownEmail(f"Somebody already logs in as {email}.")
    password = secrets.token_urlsafe(32)
    user = User.objects.create_user(email, password, role=role, first_name=first_name, last_name=last_name)
    audit.record(user=by, action="user created", object="user", row_id=user.pk, detail={"email": email, "role": role})
    return user


@transaction.atomic
def set_active(*, user: User, active: bool, by: User | None) -> None:
    """The user may log in, or no longer; keys for programs stop with the login."""
    if by is not None and by.pk == user.pk:
        raise OwnLogin("Nobody locks out themselves; ask another administrator.")
    user.is_active = active
    user.save(update_fields=["is_active"])
    action = "user activated" if active else "user deactivated"
    audit.record(user=by, action=action, object="user", row_id=user.pk)


@transaction.atomic
def leave_group(*, user: User, group: Group, by: User | None) -> None:
    """The user no longer gets what the group was granted."""
    group.user_set.remove(user)
    audit.record(user=by, action="group left", object="user", row_id=user.pk, detail={"group": group.name})


@transaction.atomic
def create_group(*, name: str, by: User | None) -> Group:
    """A team that territories can be granted to and lists shared with."""
    group, new = Group.objects.get_or_create(name=name)
    if new:
        audit.record(user=by, action="group created", object="group", row_id=group.pk, detail={"name": name})
    return group


@transaction.atomic
def join_group(*, user: User, group: Group, by: User | None) -> None:
    """The user gets what the group was granted."""
    group.user_set.add(user)
    audit.record(user=by, action="group joined", object="user", row_id=user.pk, detail={"group": group.name})


@transaction.atomic
def grant_territory(*, to: Grantee, territory: Territory, by: User | None) -> None:
    """The user or group sees the customers of the territory."""
    assign_perm("accounts.see_territory", to, territory)
    _record("territory granted", to, {"territory": territory.code}, by)


@transaction.atomic
def revoke_territory(*, to: Grantee, territory: Territory, by: User | None) -> None:
    """The user or group no longer sees the customers of the territory."""
    remove_perm("accounts.see_territory", to, territory)
    _record("territory revoked", to, {"territory": territory.code}, by)


@transaction.atomic
def share_account(*, account: Account, to: Grantee, by: User | None) -> None:
    """The user or group sees this one customer, whatever its territory."""
    assign_perm("accounts.view_account", to, account)
    _record("customer shared", to, {"account": account.pk}, by)


@transaction.atomic
def unshare_account(*, account: Account, to: Grantee, by: User | None) -> None:
    """The user or group sees the customer only if its territory is granted."""
    remove_perm("accounts.view_account", to, account)
    _record("customer no longer shared", to, {"account": account.pk}, by)


def _record(action: str, to: Grantee, detail: dict[str, object], by: User | None) -> None:
    kind = "user" if isinstance(to, User) else "group"
    audit.record(user=by, action=action, object=kind, row_id=to.pk, detail=detail)


@transaction.atomic
def create_token(*, user: User, label: str, by: User | None, now: datetime) -> str:
    """A key for programs that act as the user; it is told this once and never again."""
    prefix, secret = f"ccd_{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    token = ApiToken.objects.create(user=user, label=label, prefix=prefix, digest=digest_of(secret), created_at=now)
    audit.record(user=by, action="token created", object="token", row_id=token.pk, detail={"prefix": prefix})
    return f"{prefix}.{secret}"


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None, now: datetime) -> None:
    """The key no longer opens anything."""
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    audit.record(user=by, action="token revoked", object="token", row_id=token.pk)


def digest_of(secret: str) -> str:
    """What is kept of a key's secret; it is long and random, so one round of SHA-256 suffices."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_demo_users() -> list[DemoLogin]:
    """One login per role, sales with two territories; run it again once territories are there.

    Only for our own database: the caller asks `settings.OWN_DATABASE` first.
    """
    logins = [DemoLogin(role, f"{role}@{DEMO_DOMAIN}", DEMO_PASSWORD) for role in ROLES]
    known = set(User.objects.filter(is_demo=True).values_list("email", flat=True))
    for login in logins:
        if login.email not in known:
            User.objects.create_user(
                login.email, login.password, role=login.role, first_name=login.role.capitalize(), is_demo=True
            )
    _grant_demo_territories()
    return logins


def _grant_demo_territories() -> None:
    group, _ = Group.objects.get_or_create(name=DEMO_GROUP)
    if not group.user_set.exists():
        join_group(user=User.objects.get(email=f"sales@{DEMO_DOMAIN}"), group=group, by=None)
    granted = Territory.objects.filter(territorygrouppermission__group=group)
    if granted.exists():
        return
    german_first = ExpressionWrapper(Q(countries__contains=["DE"]), BooleanField())
    for territory in Territory.objects.order_by(german_first.desc(), "code")[:2]:
        grant_territory(to=group, territory=territory, by=None)


@transaction.atomic
def remove_demo_users() -> int:
    """The number of demo logins removed, with their group."""
    Group.objects.filter(name=DEMO_GROUP).delete()
    removed = User.objects.filter(is_demo=True)
    count = removed.count()
    removed.delete()
    audit.record(user=None, action="demo logins removed", object="user", detail={"count": count})
    return count

"""Customers somebody follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts import audit
from accounts.models import Account, Follow, User
from accounts.workspace.family import account_family
from accounts.workspace.rules import require_sight

# Grain: one row a customer followed, as it stands after merges.
FOLLOWED = """
    SELECT DISTINCT coalesce(a.merged_into_id, a.id) FROM accounts_follow f
      JOIN accounts_account a ON a.id = f.account_id WHERE f.user_id = %s
"""
MOST = 1000  # customers followed in one go; more is a list, not something to look at


def followed_accounts(user: User) -> RawSQL:
    """Ids of the customers the person follows, as a subquery."""
    return RawSQL(FOLLOWED, [user.pk])


def followed_among(user: User, ids: Sequence[int]) -> set[int]:
    """Those of the customers that the person follows."""
    wanted = Account.objects.filter(pk__in=list(ids)).filter(pk__in=followed_accounts(user))
    return set(wanted.values_list("pk", flat=True)) if ids else set()


def follows(user: User, account: Account) -> bool:
    """Whether the person follows the customer or one merged into it."""
    return Follow.objects.filter(user=user, account__in=account_family(account)).exists()


@transaction.atomic
def follow(*, account: Account, by: User, now: datetime) -> None:
    """The customer is on the person's own list."""
    require_sight(by, account)
    _, new = Follow.objects.get_or_create(account=account, user=by, defaults={"since_at": now})
    if new:
        audit.record(user=by, action="followed", object="account", row_id=account.pk, at=now)


@transaction.atomic
def unfollow(*, account: Account, by: User, now: datetime) -> None:
    """The customer, and whatever was merged into it, is no longer on the person's list."""
    gone, _ = Follow.objects.filter(user=by, account__in=account_family(account)).delete()
    if gone:
        audit.record(user=by, action="unfollowed", object="account", row_id=account.pk, at=now)


@transaction.atomic
def follow_many(*, accounts: QuerySet[Account], by: User, now: datetime) -> list[int]:
    """Ids of the customers now followed that were not before; `accounts` are those the person sees."""
    ids = list(accounts.exclude(pk__in=followed_accounts(by)).order_by("id").values_list("pk", flat=True)[:MOST])
    rows = [Follow(account_id=id, user=by, since_at=now) for id in ids]
    Follow.objects.bulk_create(rows, ignore_conflicts=True)
    audit.record(user=by, action="followed many", object="account", detail={"accounts": ids}, at=now)
    return ids


@transaction.atomic
def unfollow_many(*, ids: list[int], by: User, now: datetime) -> None:
    """Takes the customers off the person's list again."""
    Follow.objects.filter(user=by, account__in=ids).delete()
    audit.record(user=by, action="unfollowed many", object="account", detail={"accounts": ids}, at=now)

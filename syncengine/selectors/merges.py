"""The history of customers that became one, were split, or exchanged records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.access import scope_of, treatment, visible_accounts
from accounts.models import Account, AccountCrosswalk, User
from syncengine.models import DecisionBatch, Move


@dataclass(frozen=True, slots=True)
class MergeFilter:
    """Which moves are meant."""

    kind: str = ""
    by: str = ""
    batch: int | None = None
    account: int | None = None


def may_see_moves(user: User) -> bool:
    """Whether the reader sees how customers were merged."""
    return treatment(user, "provenance") == "full"


def list_moves(user: User, asked: MergeFilter | None = None) -> QuerySet[Move]:
    """Merges, splits and moves of customers the reader may see, the newest first."""
    if not may_see_moves(user):
        return Move.objects.none()
    moves = Move.objects.select_related(
        "from_account", "to_account", "decision__made_by", "decision__batch", "reverted_by__made_by"
    )
    if not scope_of(user).everything:
        seen = visible_accounts(user).values("pk")
        moves = moves.filter(Q(to_account__in=seen) | Q(from_account__in=seen))
    asked = asked or MergeFilter()
    if asked.kind:
        moves = moves.filter(kind=asked.kind)
    if asked.by == "auto":
        moves = moves.filter(decision=None)
    elif asked.by == "people":
        moves = moves.exclude(decision=None)
    if asked.batch:
        moves = moves.filter(decision__batch=asked.batch)
    if asked.account:
        moves = moves.filter(Q(to_account=asked.account) | Q(from_account=asked.account))
    return moves.order_by("-at", "-id")


def get_move(user: User, id: int) -> Move | None:
    """One move, or None where the reader may not see it."""
    return list_moves(user).filter(pk=id).first()


def visible_names(user: User, moves: Sequence[Move]) -> dict[int, str]:
    """Names of the customers of these moves that the reader may see, in two queries."""
    ids = {account for move in moves for account in (move.from_account_id, move.to_account_id)}
    merged = Account.objects.filter(pk__in=ids, merged_into__isnull=False).values_list("pk", "merged_into")
    into = dict(merged)
    seen = visible_accounts(user).in_bulk({into.get(id, id) for id in ids})
    return {id: str(seen[into.get(id, id)]) for id in ids if into.get(id, id) in seen}


def members_of(accounts: list[int]) -> list[int]:
    """The records of these customers."""
    return list(AccountCrosswalk.objects.filter(account__in=accounts).order_by("pk").values_list("pk", flat=True))


def list_batches(user: User) -> QuerySet[DecisionBatch]:
    """Bulk acceptances, the newest first."""
    if not may_see_moves(user):
        return DecisionBatch.objects.none()
    return DecisionBatch.objects.select_related("made_by", "approved_by").order_by("-pk")

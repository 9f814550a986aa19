"""Taking a merge apart again: which records go, what goes with them, and whose id each side keeps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.audit import record
from accounts.frames import rows
from accounts.golden.shape import DOCUMENT_ORDER, document_shape
from accounts.models import Account, AccountCrosswalk, User
from syncengine.models import Anchor, Decision, Move
from syncengine.resolution.ids import read_anchors
from syncengine.steward.bindings import bind, touch, unbind

COUNTED = tuple(document_shape(name) for name in DOCUMENT_ORDER)


@transaction.atomic
def unmerge(
    *, account: Account, records: Sequence[int], user: User | None, now: datetime, reason: str = ""
) -> Decision:
    """Split these records off a customer for good: a decision that the two sets are different.

    Words of people that tie the two sides are taken back with it. Where the records that leave carry more
    documents than those that stay, they take the customer's id along, so that its history stays with its money.
    """
    left = sorted(set(records))
    right = _others(account, left)
    for tie in _ties(left, right):
        unbind(tie, user=user, now=now)
    decision = bind(kind="different", left=left, right=right, user=user, now=now, reason=reason)
    _carry_id(account, left, right, decision, now)
    record(user=user, action="split a customer", object="account", row_id=account.pk, at=now,
           detail={"decision": decision.pk, "records": left, "reason": reason})  # fmt: skip
    return decision


@transaction.atomic
def revert(*, move: Move, user: User | None, now: datetime, reason: str = "") -> Decision:
    """Undo a merge or a move of the history: what came stays apart from what was there. ValidationError if done."""
    move = Move.objects.select_for_update().get(pk=move.pk)
    if move.reverted_by_id:
        raise ValidationError("This was taken back before.")
    if move.kind == "split":
        return _rejoin(move, user, now, reason)
    here = AccountCrosswalk.objects.filter(pk__in=move.records).values_list("account_id", flat=True).distinct()
    if list(here) != [move.to_account_id]:
        raise ValidationError("These records have gone elsewhere since; look at the customer they are in now.")
    decision = unmerge(account=move.to_account, records=move.records, user=user, now=now, reason=reason)
    Move.objects.filter(pk=move.pk).update(reverted_by=decision)
    return decision


def _rejoin(move: Move, user: User | None, now: datetime, reason: str) -> Decision:
    """A split taken back: the word that made it is closed, or the two are said to be the same."""
    if move.decision_id and move.decision and move.decision.closed_at is None:
        unbind(move.decision, user=user, now=now)
        touch(move.records, cause=f"revert of move {move.pk}", now=now)
        decision = move.decision
    else:
        decision = bind(kind="same", left=move.records, right=move.rest, user=user, now=now, reason=reason)
    Move.objects.filter(pk=move.pk).update(reverted_by=decision)
    record(user=user, action="rejoined a customer", object="account", row_id=move.from_account_id, at=now,
           detail={"move": move.pk, "decision": decision.pk})  # fmt: skip
    return decision


def _others(account: Account, leaving: Sequence[int]) -> list[int]:
    members = set(AccountCrosswalk.objects.filter(account=account).values_list("pk", flat=True))
    strangers = set(leaving) - members
    if strangers:
        raise ValidationError("Not all of these records belong to this customer.")
    staying = sorted(members - set(leaving))
    if not leaving or not staying:
        raise ValidationError("At least one record must leave and one must stay.")
    return staying


def _ties(left: Sequence[int], right: Sequence[int]) -> list[Decision]:
    """Open decisions that say a record of one side is the same as one of the other."""
    open_ones = Decision.objects.select_for_update().filter(kind="same", closed_at=None)
    there = open_ones.filter(records_l__overlap=left, records_r__overlap=right)
    back = open_ones.filter(records_l__overlap=right, records_r__overlap=left)
    return [*there, *back]


def count_documents(records: Sequence[int]) -> dict[str, int]:
    """How many documents of each kind name one of these records as their customer."""
    parts = [
        f"SELECT '{shape.spec.name}', count(*) FROM {shape.table} WHERE account_ref_id = ANY(%(records)s)"
        for shape in COUNTED
        if shape.has_account
    ]
    return {name: n for name, n in rows(" UNION ALL ".join(parts), {"records": list(records)}) if n}


def _carry_id(account: Account, left: Sequence[int], right: Sequence[int], decision: Decision, now: datetime) -> None:
    """Move the id's anchor to the leaving side where more documents hang on it."""

    carriers = read_anchors(pl.Series([*left, *right], dtype=pl.Int64), everything=False)
    mine = carriers.filter(pl.col("account_id") == account.pk)["record_id"].to_list()
    if not mine or mine[0] in left:
        return
    if sum(count_documents(left).values()) > sum(count_documents(right).values()):
        Anchor.objects.create(account=account, record_id=min(left), anchored_at=now, decision=decision)

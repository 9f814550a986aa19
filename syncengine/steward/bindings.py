"""Decisions on sets of records, written and closed; everything a person says about identity ends here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db.models import Q

from accounts.catalogue import load
from accounts.models import User
from syncengine.landing import mark_dirty
from syncengine.models import Anchor, Decision, DecisionBatch, Hold, Pin, PolicyVersion
from syncengine.resolution.models import in_force
from syncengine.steward.contradictions import refuse_contradiction
from syncengine.steward.snapshot import snapshot_of
from syncengine.steward.wake import wake_lane

ACCOUNT = load()["account"].code


def bind(
    *,
    kind: str,
    left: Sequence[int],
    right: Sequence[int],
    user: User | None,
    now: datetime,
    reason: str = "",
    relation: str = "",
    since_date: date | None = None,
    pending: bool = False,
    batch: DecisionBatch | None = None,
    evidence: dict[str, Any] | None = None,
) -> Decision:
    """Write a decision between two sets of records, in the caller's transaction.

    Raises ContradictsDecision where an open decision says the opposite. While pending it binds nothing yet.
    """
    refuse_contradiction(kind, left, right)
    decision = Decision.objects.create(
        kind=kind,
        records_l=sorted(left),
        records_r=sorted(right),
        reason=reason,
        relation=relation,
        since_date=since_date,
        evidence=(evidence or {}) | {"records": snapshot_of([*left, *right])},
        policy_version=PolicyVersion.objects.order_by("-number").values_list("number", flat=True).first(),
        match_version=in_force(),
        pending=pending,
        batch=batch,
        made_by=user,
        made_at=now,
    )
    if not pending:
        take_effect(decision, now=now)
    return decision


def take_effect(decision: Decision, *, now: datetime) -> None:
    """Answer the holds between the two sides and have the lane look at all records concerned."""
    both = [*decision.records_l, *decision.records_r]
    state = {"same": "merged", "different": "apart", "related": "apart"}.get(decision.kind)
    if state:
        crossing = Q(records_l__overlap=decision.records_l, records_r__overlap=decision.records_r)
        crossing |= Q(records_l__overlap=decision.records_r, records_r__overlap=decision.records_l)
        Hold.objects.filter(crossing, state="open").update(state=state, closed_at=now)
    touch(both, cause=f"decision {decision.pk}", now=now)


def unbind(decision: Decision, *, user: User | None, now: datetime) -> None:
    """Close a decision, with whatever it moved; the lane brings back what was."""
    Decision.objects.filter(pk=decision.pk, closed_at=None).update(closed_by=user, closed_at=now)
    Pin.objects.filter(pk__in=decision.evidence.get("pins", []), released_at=None).update(
        released_at=now, released_by=user
    )
    Anchor.objects.filter(decision=decision, closed_at=None).update(closed_at=now)
    touch([*decision.records_l, *decision.records_r], cause=f"undo of decision {decision.pk}", now=now)


def touch(records: Sequence[int], *, cause: str, now: datetime) -> None:
    """Queue customer records for the lane and wake it once the transaction has committed."""
    mark_dirty(ACCOUNT, pl.Series(records, dtype=pl.Int64), stream_id=None, cause=cause, now=now)
    wake_lane()

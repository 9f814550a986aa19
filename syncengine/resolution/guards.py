"""Merges that wait for a person: where money is at stake, and where one run would make too many of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from accounts.reference import list_tolerances
from syncengine.identity import Policy
from syncengine.resolution.holds import NO_HOLDS, write_holds
from syncengine.resolution.parties import any_meet, list_sides, meetings, unsettled, with_money
from syncengine.resolution.stops import stop_many

OPEN_BOTH, LIMITS_DIFFER = "open invoices on both sides", "different credit limits"


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """Which merges of two customers wait for a person; None switches a guard off.

    A first load has no customers yet whom anybody could have billed or granted a limit, so nothing is held.
    """

    owed_above: float | None = 0.0
    limits_apart: float | None = 0.0


def guard_policy() -> GuardPolicy:
    """The company's own limits, from its tolerances."""
    told = list_tolerances()
    owed, apart = told["merge_open_receivable"].amount, told["merge_credit_limit"].amount
    return GuardPolicy(None if owed is None else float(owed), None if apart is None else float(apart))


class Parts(Protocol):
    """Evidence that can be parted under other bindings."""

    def part(self, bound: pl.DataFrame, policy: Policy) -> pl.DataFrame:
        """record_id, component_id, cluster and live."""
        ...


def hold_transitions(
    found: Parts,
    parted: pl.DataFrame,
    bound: pl.DataFrame,
    owners: pl.DataFrame,
    *,
    policy: Policy,
    now: datetime,
    guard: GuardPolicy | None = None,
) -> pl.DataFrame:
    """Write hold rows for merges that `guard` wants looked at, the company's own unless told; the pairs kept apart.

    `owners` tells the customer (account_id) of each record_id until now. Keeping two apart may bring others together,
    so the partition is drawn again until nothing new is held.
    """
    kept = NO_HOLDS
    while True:
        sides = list_sides(parted, owners)
        if not any_meet(sides):
            return kept  # nobody meets: every customer is made of one customer of yesterday
        told = pl.concat([bound, kept])
        fresh = _guarded(sides, told, guard or guard_policy())
        if fresh.height:
            held = write_holds(fresh, now=now)
        else:
            held = stop_many(sides, told, known=parted.height, policy=policy, now=now)
        if not held.height:
            return kept
        kept = pl.concat([kept, held])
        parted = found.part(pl.concat([bound, kept]), policy)


def _guarded(sides: pl.DataFrame, bound: pl.DataFrame, guard: GuardPolicy) -> pl.DataFrame:
    """party, party_r, their records and reasons of each two customers whose money asks for a look."""
    owing, apart = _owing(guard.owed_above), _limits_differ(guard.limits_apart)
    asked = (
        with_money(meetings(sides))
        .with_columns(
            reasons=pl.concat_list(
                pl.when(owing).then(pl.lit(OPEN_BOTH)), pl.when(apart).then(pl.lit(LIMITS_DIFFER))
            ).list.drop_nulls()
        )
        .filter(pl.col("reasons").list.len() > 0)
    )
    return unsettled(asked, sides, bound) if asked.height else asked


def _owing(above: float | None) -> pl.Expr:
    if above is None:
        return pl.lit(False)
    return (pl.col("owed") > above) & (pl.col("owed_r") > above)


def _limits_differ(by: float | None) -> pl.Expr:
    """Both have a limit, and the two are further apart than policy allows or in different currencies."""
    if by is None:
        return pl.lit(False)
    told = pl.col("credit").is_not_null() & pl.col("credit_r").is_not_null()
    other = (pl.col("currency") != pl.col("currency_r")) | ((pl.col("credit") - pl.col("credit_r")).abs() > by)
    return told & other.fill_null(False)

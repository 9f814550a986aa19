"""Merges that wait for a person: where money is at stake, and where one run would make too many of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from accounts.reference import list_tolerances
from syncengine.identity import Policy
from syncengine.resolution.decided import NOTHING
from syncengine.resolution.holds import write_holds
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

    @property
    def stood(self) -> pl.DataFrame:
        """record_id and the account_id it has had until now."""
        ...

    def part(self, bound: pl.DataFrame, policy: Policy) -> pl.DataFrame:
        """record_id, component_id, cluster and live."""
        ...


def part_guarded(
    found: Parts, bound: pl.DataFrame, *, policy: Policy, now: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The partition, and what is bound once merges that the company's guards want looked at are held.

    Keeping two apart may bring others together, so the partition is drawn again until nothing new is held.
    """
    while True:
        parted = found.part(bound, policy)
        held = _hold(list_sides(parted, found.stood), bound, known=parted.height, policy=policy, now=now)
        if not held.height:
            return parted, bound
        bound = pl.concat([bound, held])


def _hold(sides: pl.DataFrame, bound: pl.DataFrame, *, known: int, policy: Policy, now: datetime) -> pl.DataFrame:
    """Write holds of what should not merge unasked; the pairs kept apart."""
    if not any_meet(sides):
        return NOTHING  # nobody meets: every customer is made of one customer of yesterday
    fresh = _guarded(sides, bound, guard_policy())
    if fresh.height:
        return write_holds(fresh, now=now)
    return stop_many(sides, bound, known=known, policy=policy, now=now)


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

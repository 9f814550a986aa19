"""Money guards: customers that the model would merge and whose money asks for a person's look first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from accounts.frames import execute, read, rows, stage
from accounts.reference import get_tolerance
from syncengine.identity import Policy
from syncengine.identity.components import components
from syncengine.resolution.decided import SCHEMA

PARTIES: dict[str, pl.DataType] = {
    "record_id": pl.Int64(),
    "party": pl.Int64(),
    "owed": pl.Float64(),
    "credit": pl.Float64(),
    "currency": pl.String(),
}
OPEN_BOTH, LIMITS_DIFFER = "open invoices on both sides", "different credit limits"
NO_HOLDS = pl.DataFrame(schema=SCHEMA)


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """Which merges of two customers wait for a person; None switches a guard off.

    A first load has no customers yet whom anybody could have billed or granted a limit, so nothing is held.
    """

    owed_above: float | None = 0.0
    limits_apart: float | None = 0.0


def guard_policy() -> GuardPolicy:
    """The company's own limits, from its tolerances."""
    owed, apart = get_tolerance("merge_open_receivable").amount, get_tolerance("merge_credit_limit").amount
    return GuardPolicy(
        None if owed is None else float(owed), None if apart is None else float(apart)
    )


class Parts(Protocol):
    """Evidence that can be parted under other bindings."""

    def part(self, bound: pl.DataFrame, policy: Policy) -> pl.DataFrame:
        """record_id, component_id, cluster and live."""
        ...


def hold_transitions(
    found: Parts,
    parted: pl.DataFrame,
    bound: pl.DataFrame,
    *,
    guard: GuardPolicy,
    policy: Policy,
    now: datetime,
) -> pl.DataFrame:
    """Write hold rows for merges that policy wants looked at; the pairs they keep apart.

    Keeping two apart may bring others together, so the partition is drawn again until nothing new is held.
    """
    kept = NO_HOLDS
    while True:
        fresh = _guarded(parted, pl.concat([bound, kept]), guard)
        if not fresh.height:
            return kept
        _write(fresh, now)
        kept = pl.concat([kept, _pairs(fresh)])
        parted = found.part(pl.concat([bound, kept]), policy)


def _guarded(parted: pl.DataFrame, bound: pl.DataFrame, guard: GuardPolicy) -> pl.DataFrame:
    """party, party_r, records_l, records_r and reasons of each two customers that would become one."""
    parties = _parties(_mixed(parted))
    sides = parties.join(parted.select("record_id", "cluster"), on="record_id")
    grouped = sides.group_by("cluster", "party").agg(
        pl.col("record_id").sort(), *[pl.col(name).first() for name in ("owed", "credit", "currency")]
    )
    both = grouped.join(grouped, on="cluster", suffix="_r").filter(pl.col("party") < pl.col("party_r"))
    owing, apart = _owing(guard.owed_above), _limits_differ(guard.limits_apart)
    asked = both.with_columns(
        reasons=pl.concat_list(
            pl.when(owing).then(pl.lit(OPEN_BOTH)), pl.when(apart).then(pl.lit(LIMITS_DIFFER))
        ).list.drop_nulls()
    ).filter(pl.col("reasons").list.len() > 0)
    if not asked.height:
        return asked
    settled = pl.concat([_decided(sides, bound), _taken_back()])
    return asked.join(settled, on=["party", "party_r"], how="anti").sort("party", "party_r")


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


def _mixed(parted: pl.DataFrame) -> pl.DataFrame:
    """Records of the clusters that hold more than one record; others merge nothing."""
    return parted.filter(pl.len().over("cluster") > 1).select("record_id")


def _parties(records: pl.DataFrame) -> pl.DataFrame:
    """The customer each record has belonged to until now, whether it owes, and its credit limit."""
    stage("guarded_records", {"record_id": "bigint"}, records)
    return read(
        "SELECT g.record_id, x.account_id, coalesce(s.open_receivable, 0), a.credit_limit, "
        "coalesce(a.credit_currency, a.currency, '') FROM guarded_records g "
        "JOIN accounts_accountcrosswalk x ON x.id = g.record_id JOIN accounts_account a ON a.id = x.account_id "
        "LEFT JOIN accounts_accountsummary s ON s.account_id = a.id",
        PARTIES,
    )


def _decided(sides: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """(party, party_r) that a person's word makes one, directly or by way of others."""
    same = bound.filter(pl.col("kind") == "same")
    nodes = pl.concat([sides["record_id"], same["record_l"], same["record_r"]]).unique()
    tied = components(nodes, same["record_l"], same["record_r"])
    told = sides.join(tied, left_on="record_id", right_on="node").select("party", "label").unique()
    both = told.join(told, on="label", suffix="_r").filter(pl.col("party") < pl.col("party_r"))
    return both.select("party", "party_r").unique()


def _taken_back() -> pl.DataFrame:
    """(party, party_r) of a split that a person has taken back: undoing must bring back what was."""
    return read(
        "SELECT DISTINCT least(l.account_id, r.account_id), greatest(l.account_id, r.account_id) "
        "FROM syncengine_decision d JOIN guarded_records gl ON gl.record_id = ANY(d.records_l) "
        "JOIN guarded_records gr ON gr.record_id = ANY(d.records_r) "
        "JOIN accounts_accountcrosswalk l ON l.id = gl.record_id "
        "JOIN accounts_accountcrosswalk r ON r.id = gr.record_id "
        "WHERE d.kind = 'different' AND d.closed_at IS NOT NULL AND NOT d.pending AND l.account_id <> r.account_id",
        {"party": pl.Int64(), "party_r": pl.Int64()},
    )


def _write(fresh: pl.DataFrame, now: datetime) -> None:
    """New holds; one that is open between the same customers takes the records in."""
    types = {
        "account_id": "bigint", "other_account_id": "bigint", "records_l": "bigint[]", "records_r": "bigint[]",
        "reasons": "text[]",
    }  # fmt: skip
    stage(
        "fresh_holds",
        types,
        fresh.select(
            "reasons",
            account_id="party",
            other_account_id="party_r",
            records_l="record_id",
            records_r="record_id_r",
        ),
    )
    names = ", ".join(types)
    execute(
        f"INSERT INTO syncengine_hold AS h ({names}, state, opened_at) SELECT {names}, 'open', %s FROM fresh_holds "
        "ORDER BY account_id, other_account_id ON CONFLICT (account_id, other_account_id) WHERE state = 'open' "
        "DO UPDATE SET records_l = ARRAY(SELECT DISTINCT unnest(h.records_l || excluded.records_l) ORDER BY 1), "
        "records_r = ARRAY(SELECT DISTINCT unnest(h.records_r || excluded.records_r) ORDER BY 1)",
        [now],
    )


def _pairs(fresh: pl.DataFrame) -> pl.DataFrame:
    crossed = fresh.select("record_id", "record_id_r").explode("record_id").explode("record_id_r")
    return crossed.select(
        record_l=pl.min_horizontal("record_id", "record_id_r"),
        record_r=pl.max_horizontal("record_id", "record_id_r"),
        kind=pl.lit("held"),
    )


def close_idle_holds(*, now: datetime) -> int:
    """Holds whose sides nothing ties together any more: the question is gone."""
    if not rows("SELECT 1 FROM syncengine_hold WHERE state = 'open' LIMIT 1"):
        return 0
    return execute(
        "UPDATE syncengine_hold h SET state = 'obsolete', closed_at = %s WHERE h.state = 'open' AND NOT EXISTS ("
        "SELECT FROM syncengine_matchrecord l JOIN syncengine_matchrecord r USING (component_id) "
        "WHERE l.crosswalk_id = ANY(h.records_l) AND r.crosswalk_id = ANY(h.records_r) AND l.live AND r.live)",
        [now],
    )

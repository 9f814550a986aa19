"""Which customers a partition would make one: the sides of each cluster that come from different customers."""

from __future__ import annotations

from collections import Counter

import polars as pl

from accounts.frames import among, read
from syncengine.identity.components import components
from syncengine.identity.rows import rows_of

SIDES = {"record_id": pl.Int64, "cluster": pl.Int64, "party": pl.Int64}
MONEY: dict[str, pl.DataType] = {
    "party": pl.Int64(),
    "owed": pl.Float64(),
    "credit": pl.Float64(),
    "currency": pl.String(),
}
FEW = 500  # records up to which a loop beats steps on frames


def list_sides(parted: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """SIDES of the records in clusters of more than one: the customer (party) that each has belonged to until now."""
    if parted.height <= FEW:
        sizes, whose = Counter(parted["cluster"]), dict(rows_of(owners, "record_id", "account_id"))
        told = [(*row, whose.get(row[0])) for row in rows_of(parted, "record_id", "cluster") if sizes[row[1]] > 1]
        return pl.DataFrame([side for side in told if side[-1] is not None], SIDES, orient="row")
    mixed = parted.filter(pl.len().over("cluster") > 1).select("record_id", "cluster")
    return mixed.join(owners.select("record_id", party="account_id").drop_nulls(), on="record_id")


def any_meet(sides: pl.DataFrame) -> bool:
    """Whether any cluster has records of more than one customer."""
    if sides.height > FEW:
        return sides.select("cluster", "party").n_unique() > sides["cluster"].n_unique()
    told = set(rows_of(sides, "cluster", "party"))
    return len(told) > len({cluster for cluster, _ in told})


def meetings(sides: pl.DataFrame) -> pl.DataFrame:
    """cluster, party, party_r and the records of both, of each two customers that would become one."""
    grouped = sides.group_by("cluster", "party").agg(pl.col("record_id").sort())
    return grouped.join(grouped, on="cluster", suffix="_r").filter(pl.col("party") < pl.col("party_r"))


def with_money(met: pl.DataFrame) -> pl.DataFrame:
    """The same with what both customers owe, and their credit limits."""
    parties = pl.concat([met["party"], met["party_r"]]).unique().to_frame("party")
    told = read(
        "SELECT a.id, coalesce(s.open_receivable, 0), a.credit_limit, coalesce(a.credit_currency, a.currency, '') "
        f"FROM {among('meeting_parties', {'party': 'bigint'}, parties)} p JOIN accounts_account a ON a.id = p.party "
        "LEFT JOIN accounts_accountsummary s ON s.account_id = a.id",
        MONEY,
    )
    return met.join(told, on="party").join(told.rename({"party": "party_r"}), on="party_r", suffix="_r")


def unsettled(met: pl.DataFrame, sides: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """The meetings that no person's word has made, nor the taking back of one."""
    settled = pl.concat([_decided(sides, bound), _taken_back(sides["record_id"])])
    return met.join(settled, on=["party", "party_r"], how="anti").sort("party", "party_r")


def _decided(sides: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """(party, party_r) that a person's word makes one, directly or by way of others."""
    same = bound.filter(pl.col("kind") == "same")
    nodes = pl.concat([sides["record_id"], same["record_l"], same["record_r"]]).unique()
    tied = components(nodes, same["record_l"], same["record_r"])
    told = sides.join(tied, left_on="record_id", right_on="node").select("party", "label").unique()
    both = told.join(told, on="label", suffix="_r").filter(pl.col("party") < pl.col("party_r"))
    return both.select("party", "party_r").unique()


def _taken_back(records: pl.Series) -> pl.DataFrame:
    """(party, party_r) of a split that a person has taken back: undoing must bring back what was."""
    guarded = among("guarded_records", {"record_id": "bigint"}, records.unique().to_frame("record_id"))
    return read(
        "SELECT DISTINCT least(l.account_id, r.account_id), greatest(l.account_id, r.account_id) "
        f"FROM syncengine_decision d JOIN {guarded} gl ON gl.record_id = ANY(d.records_l) "
        f"JOIN {guarded} gr ON gr.record_id = ANY(d.records_r) "
        "JOIN accounts_accountcrosswalk l ON l.id = gl.record_id "
        "JOIN accounts_accountcrosswalk r ON r.id = gr.record_id "
        "WHERE d.kind = 'different' AND d.closed_at IS NOT NULL AND NOT d.pending AND l.account_id <> r.account_id",
        {"party": pl.Int64(), "party_r": pl.Int64()},
    )

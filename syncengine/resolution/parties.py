"""Which customers a partition would make one: the sides of each cluster that come from different customers."""

from __future__ import annotations

import polars as pl

from accounts.frames import among, read
from syncengine.identity.components import components
from syncengine.identity.rows import rows_of

PARTIES: dict[str, pl.DataType] = {
    "record_id": pl.Int64(),
    "cluster": pl.Int64(),
    "party": pl.Int64(),
    "owed": pl.Float64(),
    "credit": pl.Float64(),
    "currency": pl.String(),
}
NOBODY = pl.DataFrame(schema=PARTIES)
FEW = 500  # records up to which a loop beats steps on frames


def list_sides(parted: pl.DataFrame, before: pl.DataFrame = NOBODY) -> pl.DataFrame:
    """PARTIES of the records in clusters of more than one, if there are any: whose each has been until now.

    `before` are the sides of another partition: of their records it is known.
    """
    mixed = _mixed(parted)
    if not before.height:
        return _parties(mixed)
    again = before.drop("cluster").join(mixed.select("record_id", "cluster"), on="record_id")
    return pl.concat([again.select(*PARTIES), _parties(mixed.join(before, on="record_id", how="anti"))])


def _mixed(parted: pl.DataFrame) -> pl.DataFrame:
    if parted.height > FEW:
        return parted.filter(pl.len().over("cluster") > 1)
    # A record alone in its cluster meets nobody: among few it need not be left out.
    return parted if len(set(parted["cluster"])) < parted.height else parted.clear()


def any_meet(sides: pl.DataFrame) -> bool:
    """Whether any cluster has records of more than one customer."""
    if sides.height > FEW:
        return sides.select("cluster", "party").n_unique() > sides["cluster"].n_unique()
    told = set(rows_of(sides, "cluster", "party"))
    return len(told) > len({cluster for cluster, _ in told})


def meetings(sides: pl.DataFrame) -> pl.DataFrame:
    """cluster, party, party_r, their records and money, of each two customers that would become one."""
    grouped = sides.group_by("cluster", "party").agg(
        pl.col("record_id").sort(), *[pl.col(name).first() for name in ("owed", "credit", "currency")]
    )
    return grouped.join(grouped, on="cluster", suffix="_r").filter(pl.col("party") < pl.col("party_r"))


def unsettled(met: pl.DataFrame, sides: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """The meetings that no person's word has made, nor the taking back of one."""
    settled = pl.concat([_decided(sides, bound), _taken_back(sides["record_id"])])
    return met.join(settled, on=["party", "party_r"], how="anti").sort("party", "party_r")


def _parties(records: pl.DataFrame) -> pl.DataFrame:
    """The customer each record has belonged to until now, whether it owes, and its credit limit."""
    if not records.height:
        return NOBODY
    guarded = among("guarded_records", {"record_id": "bigint", "cluster": "bigint"}, records)
    return read(
        "SELECT g.record_id, g.cluster, x.account_id, coalesce(s.open_receivable, 0), a.credit_limit, "
        f"coalesce(a.credit_currency, a.currency, '') FROM {guarded} g "
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

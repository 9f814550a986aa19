"""Whose id a cluster takes: the oldest that one of its records anchors, else a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from accounts.frames import among, copy_in, read
from accounts.golden.crosswalk import new_ids
from syncengine.identity.rows import rows_of

ANCHORS: dict[str, pl.DataType] = {"record_id": pl.Int64(), "account_id": pl.Int64()}
MEMBERS = {"record_id": pl.Int64, "cluster": pl.Int64, "account_id": pl.Int64, "is_new": pl.Boolean}
MERGED = {"id": pl.Int64, "into": pl.Int64}
FEW = 500  # records up to which a loop beats a dozen steps on frames
# The newest open row of a customer says which record carries its id: a split may have moved it.
IN_FORCE = (
    "SELECT DISTINCT ON (a.account_id) a.record_id, a.account_id FROM syncengine_anchor a "
    "WHERE a.closed_at IS NULL {} ORDER BY a.account_id, a.id DESC"
)


@dataclass(frozen=True, slots=True)
class Assigned:
    """members: MEMBERS of every record; merged: id, into (ids whose records now live under another)."""

    members: pl.DataFrame
    merged: pl.DataFrame


def assign_ids(members: pl.DataFrame, *, now: datetime, everything: bool) -> Assigned:
    """Ids of clusters; `members` has record_id, live and cluster, and holds whole components."""
    anchors = read_anchors(members["record_id"], everything=everything)
    if members.height <= FEW:
        return _assign_few(members, anchors, now)
    held = anchors.join(members.select("record_id", "cluster"), on="record_id")
    oldest = held.group_by("cluster").agg(id=pl.col("account_id").min())
    # The oldest live record stands for the cluster; a dead one only where none is alive.
    first = pl.coalesce(pl.col("record_id").filter("live").min(), pl.col("record_id").min())
    clusters = members.group_by("cluster").agg(first=first).join(oldest, on="cluster", how="left")
    born = clusters.filter(pl.col("id").is_null()).sort("first")
    fresh = born.with_columns(id=new_ids("account", born.height))
    _anchor(fresh, now)
    known = clusters.filter(pl.col("id").is_not_null())
    all_ids = pl.concat(
        [known.with_columns(is_new=pl.lit(False)), fresh.with_columns(is_new=pl.lit(True))],
        how="vertical_relaxed",
    ).select("cluster", "id", "is_new")
    merged = held.join(all_ids, on="cluster").filter(pl.col("account_id") != pl.col("id"))
    owned = members.select("record_id", "cluster").join(all_ids.rename({"id": "account_id"}), on="cluster")
    return Assigned(owned, merged.select(id="account_id", into="id").unique())


def _assign_few(members: pl.DataFrame, anchors: pl.DataFrame, now: datetime) -> Assigned:
    """The same by a loop over a handful of records."""
    rows = rows_of(members, "record_id", "live", "cluster")
    clusters: dict[int, list[tuple[bool, int]]] = {}
    for record, live, cluster in rows:
        clusters.setdefault(cluster, []).append((not live, record))
    of = {record: cluster for cluster, records in clusters.items() for _, record in records}
    held = [(account, of[record]) for record, account in anchors.iter_rows() if record in of]
    oldest = {cluster: account for account, cluster in sorted(held, reverse=True)}
    # The oldest live record stands for the cluster; a dead one only where none is alive.
    born = sorted((min(records)[1], cluster) for cluster, records in clusters.items() if cluster not in oldest)
    fresh = dict(zip((cluster for _, cluster in born), new_ids("account", len(born)), strict=True))
    if born:
        firsts = [first for first, _ in born]
        _anchor(pl.DataFrame({"id": list(fresh.values()), "first": firsts}, {"id": pl.Int64, "first": pl.Int64}), now)
    ids = oldest | fresh
    told = [(record, cluster, ids[cluster], cluster in fresh) for record, cluster in of.items()]
    merged = sorted({(account, oldest[cluster]) for account, cluster in held if account != oldest[cluster]})
    return Assigned(pl.DataFrame(told, MEMBERS, orient="row"), pl.DataFrame(merged, MERGED, orient="row"))


def read_anchors(records: pl.Series, *, everything: bool) -> pl.DataFrame:
    """Which of these records carry a customer's id."""
    if everything:
        return read(IN_FORCE.format(""), ANCHORS)
    told = among("anchored_records", {"record_id": "bigint"}, records.to_frame("record_id"))
    mine = (
        f"AND a.account_id IN (SELECT b.account_id FROM syncengine_anchor b JOIN {told} s ON s.record_id = b.record_id)"
    )
    found, known = read(IN_FORCE.format(mine), ANCHORS), set(records)
    if known.issuperset(found["record_id"]):  # as nearly always: an id moves with a split alone
        return found
    return found.filter(pl.col("record_id").is_in(records.implode()))


def _anchor(fresh: pl.DataFrame, now: datetime) -> None:
    """The id of a new customer stays with its oldest record."""
    born = pl.lit(now).dt.convert_time_zone("UTC")
    # Deferred foreign keys: the customer itself is written later in the same transaction.
    copy_in("syncengine_anchor", fresh.select(account_id="id", record_id="first", anchored_at=born))

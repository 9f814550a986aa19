"""Resolving customer records: from dirty records to clusters with ids, in bulk or one component at a time."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from accounts.frames import read, stage
from syncengine.canonical import read_canonical
from syncengine.identity import POLICY, match_keys, partition, score, standardise, veto_values
from syncengine.records import Resolved
from syncengine.resolution import affected, models
from syncengine.resolution.decided import open_decisions
from syncengine.resolution.ids import assign_ids

BULK_AT = 20_000  # changed records from which reading everything beats asking for candidates
MATCHED = [
    "name", "legal_name", "trade_names", "street", "city", "region", "postcode", "country", "phone", "email",
    "website", "tax_id", "registration_id", "duns",
]  # fmt: skip
REVIEW = 3


def resolve_accounts(dirty: pl.Series, *, now: datetime) -> Resolved:
    """Clusters of everything the dirty customer records concern."""
    dirty = dirty.unique().sort()
    first = not affected.any_known()
    bulk = first or dirty.len() >= BULK_AT
    decisions = open_decisions()
    parted, pairs = _bulk(decisions, now) if bulk else _incremental(dirty, decisions, now)
    assigned = assign_ids(parted.select("record_id", "cluster"), now=now, everything=bulk)
    members = parted.select("record_id", "cluster").join(assigned.clusters, on="cluster")
    members = members.rename({"id": "account_id"})
    return Resolved(
        members=members if first else _changed_clusters(members, dirty),
        merged=assigned.merged,
        review=_review(pairs, members, decisions),
        concerned=parted["record_id"],
        bulk=bulk,
    )


def _bulk(decisions: pl.DataFrame, now: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Everything scored anew; (partition, pairs)."""
    records = read_canonical("account", columns=MATCHED)
    tidy = standardise(records)
    model = models.current(now=now, standardised=tidy)
    keys = match_keys(tidy)
    pairs = score(tidy, changed=None, model=model.model, keys=keys)
    parted = partition(records["record_id"], pairs, decisions, veto_values(tidy))
    affected.replace_all(keys, _components(parted), pairs, model.number)
    return parted, pairs


def _incremental(
    dirty: pl.Series, decisions: pl.DataFrame, now: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Only the components the dirty records were in, or are tied to now; (partition, pairs)."""
    stage("dirty_accounts", {"record_id": "bigint"}, pl.DataFrame({"record_id": dirty}))
    changed = _read("dirty_accounts")
    model = models.current(now=now)
    keys = match_keys(standardise(changed))
    affected.store_keys(keys)
    places = len(keys.columns) - 1
    around = affected.candidates(places, POLICY.key_cap)
    stage("near_accounts", {"record_id": "bigint"}, pl.DataFrame({"record_id": around}))
    near = standardise(_read("near_accounts"))
    usable = _usable(match_keys(near), affected.suppressed(places, POLICY.key_cap))
    fresh = score(near, changed=dirty, model=model.model, keys=usable)
    partners = pl.concat([fresh["record_l"], fresh["record_r"], *_decided_partners(dirty, decisions)])
    concerned = affected.concerned(partners)
    affected.replace_pairs(fresh, model.number)
    pairs = affected.stored_pairs(concerned)
    inside = pl.col("record_l").is_in(concerned.implode()) & pl.col("record_r").is_in(concerned.implode())
    vetoes = veto_values(standardise(_read(affected.CONCERNED)))
    parted = partition(concerned, pairs, decisions.filter(inside), vetoes)
    affected.store_components(_components(parted))
    return parted, pairs


def _usable(keys: pl.DataFrame, suppressed: pl.DataFrame) -> pl.DataFrame:
    """Keys without those that too many records hold: what the bulk run would not see either."""
    names = [name for name in keys.columns if name != "record_id"]
    for place, group in suppressed.group_by("place"):
        name = names[int(place[0]) - 1]
        held = pl.col(name).is_in(group["key"].implode())
        keys = keys.with_columns(pl.when(~held).then(pl.col(name)).alias(name))
    return keys


def _components(parted: pl.DataFrame) -> pl.DataFrame:
    return parted.select(crosswalk_id="record_id", component_id="component_id")


def _read(staged: str) -> pl.DataFrame:
    return read_canonical("account", f"c.crosswalk_id IN (SELECT record_id FROM {staged})", columns=MATCHED)


def _decided_partners(dirty: pl.Series, decisions: pl.DataFrame) -> list[pl.Series]:
    """Records that a decision ties to a dirty one: their components are concerned too."""
    among = dirty.implode()
    tied = decisions.filter(pl.col("record_l").is_in(among) | pl.col("record_r").is_in(among))
    return [tied["record_l"], tied["record_r"]]


def _changed_clusters(members: pl.DataFrame, dirty: pl.Series) -> pl.DataFrame:
    """Only clusters that hold a dirty record or whose membership is not what the crosswalk says."""
    stage(
        "new_members",
        {"record_id": "bigint", "account_id": "bigint"},
        members.select("record_id", "account_id"),
    )
    moved = read(
        "SELECT s.record_id, s.account_id, x.account_id FROM new_members s "
        "JOIN accounts_accountcrosswalk x ON x.id = s.record_id WHERE x.account_id IS DISTINCT FROM s.account_id",
        {"record_id": pl.Int64(), "new_id": pl.Int64(), "old_id": pl.Int64()},
    )
    # An id that lost a record must be published again as well as the one that gained it.
    ids = pl.concat([moved["new_id"], moved["old_id"].drop_nulls()])
    stale = members.filter(
        pl.col("record_id").is_in(dirty.implode()) | pl.col("account_id").is_in(ids.implode())
    )["cluster"].unique()
    return members.filter(pl.col("cluster").is_in(stale.implode()))


def _review(pairs: pl.DataFrame, members: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """The strongest undecided pair between each two customers."""
    sides = members.select("record_id", "account_id")
    open_pairs = (
        pairs.join(sides.rename({"record_id": "record_l", "account_id": "account_l"}), on="record_l")
        .join(sides.rename({"record_id": "record_r", "account_id": "account_r"}), on="record_r")
        .filter(pl.col("account_l") != pl.col("account_r"))
        .join(decisions, on=["record_l", "record_r"], how="anti")
    )
    low = pl.min_horizontal("account_l", "account_r")
    high = pl.max_horizontal("account_l", "account_r")
    return (
        open_pairs.with_columns(low=low, high=high)
        .sort("match_weight", "record_l", "record_r", descending=[True, False, False])
        .unique(subset=["low", "high"], keep="first", maintain_order=True)
    )

"""Resolving customer records: from dirty records to clusters with ids, in bulk or one component at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from syncengine.identity import Policy
from syncengine.identity.rows import missing, rows_of
from syncengine.records import Resolved
from syncengine.resolution import affected, decided, fired, guards, holds, keys, limits, models, outset, stops
from syncengine.resolution.evidence import Dirty, Evidence, evidence_around, evidence_of_everything
from syncengine.resolution.ids import assign_ids
from syncengine.resolution.review import undecided

BULK_AT = 20_000  # changed records from which reading everything beats asking for candidates
FEW = 1_000  # records up to which a loop beats steps on frames


def resolve_accounts(
    dirty: pl.Series,
    *,
    now: datetime,
    bulk_at: int = BULK_AT,
    policy: Policy | None = None,
) -> Resolved:
    """Clusters of everything the dirty customer records concern; under the company's own limits unless told."""
    dirty, policy = dirty.unique().sort(), policy or limits.company_policy()
    start, standing = outset.look(), models.standing()
    wanted = standing.wanted and models.take_wanted(now=now) is not None
    bulk = wanted or not start.keyed or dirty.len() >= bulk_at or limits.changed(standing.limits, policy)
    touched, bound = Dirty.of(dirty), decided.open_bindings() if start.bound else decided.NOTHING
    if bulk:
        touched.bury()
        found = evidence_of_everything(now=now, policy=policy, beside=keys.replacing_keys)
    else:
        found = evidence_around(touched, bound, policy, models.current(now=now, number=standing.number))
    parted, kept = _parted(found, bound, policy, known=start.known, wanted=wanted, now=now)
    _keep(found, parted, bulk=bulk, policy=policy)
    if start.waiting or kept.height > bound.height:
        holds.close_idle_holds(now=now)
        stops.close_idle_stops(now=now)
    return _resolved(found, parted, kept, dirty, bulk=bulk, policy=policy, now=now)


def _parted(
    found: Evidence, bound: pl.DataFrame, policy: Policy, *, known: bool, wanted: bool, now: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The partition, and what is bound once merges that a person should look at are held."""
    if not known:
        return found.part(bound, policy), bound
    # What a version changes was planned and asked for by a person, so no run is too large for it.
    allowed = replace(policy, breaker_share=1.0) if wanted else policy
    return guards.part_guarded(found, bound, policy=allowed, now=now)


def _keep(found: Evidence, parted: pl.DataFrame, *, bulk: bool, policy: Policy) -> None:
    """Store components, and in bulk pairs and under which limits they were made."""
    if bulk:
        components = parted.select(crosswalk_id="record_id", component_id="component_id")
        affected.replace_all(found.keys, found.gone, components, found.pairs, found.model.number)
        limits.keep(found.model.number, policy)
    else:
        affected.store_components(parted, found.stood)


def _resolved(
    found: Evidence, parted: pl.DataFrame, bound: pl.DataFrame, dirty: pl.Series, *, bulk: bool, policy: Policy,
    now: datetime,
) -> Resolved:  # fmt: skip
    """Clusters with the ids they take, what a person should judge, and which guards fired."""
    assigned = assign_ids(parted, now=now, everything=bulk)
    return Resolved(
        members=_changed_clusters(assigned.members, dirty, found.stood),
        merged=assigned.merged,
        review=undecided(found.pairs, assigned.members, bound),
        concerned=parted["record_id"],
        bulk=bulk,
        fired=fired.all_fired(found.keys, parted, found.pairs, found.model.model, policy),
    )


def _changed_clusters(members: pl.DataFrame, dirty: pl.Series, stood: pl.DataFrame) -> pl.DataFrame:
    """Only clusters that hold a dirty record or whose membership is not what it was."""
    gained, lost = (missing(*sides, *affected.OWNED) for sides in ((members, stood), (stood, members)))
    # An id that lost a record must be published again as well as the one that gained it.
    stale = _holding(members, dirty, pl.concat([gained["account_id"], lost["account_id"]]))
    if stale.len() == members["cluster"].n_unique():
        return members
    return members.filter(pl.col("cluster").is_in(stale.implode()))


def _holding(members: pl.DataFrame, records: pl.Series, ids: pl.Series) -> pl.Series:
    """Clusters that hold one of the records or have one of the ids."""
    if members.height <= FEW:
        asked, told = set(records), set(ids)
        rows = rows_of(members, "record_id", "account_id", "cluster")
        found = {cluster for record, account, cluster in rows if record in asked or account in told}
        return pl.Series(sorted(found), dtype=pl.Int64)
    named = pl.col("record_id").is_in(records.implode()) | pl.col("account_id").is_in(ids.implode())
    return members.filter(named)["cluster"].unique()

"""Resolving customer records: from dirty records to clusters with ids, in bulk or one component at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import polars as pl

from accounts.frames import among, executing
from syncengine.identity import (
    POLICY,
    Model,
    Policy,
    comparable,
    match_keys,
    meeting,
    partition,
    score,
    score_candidates,
    side_by_side,
    standardise,
    veto_values,
)
from syncengine.identity.rows import missing, rows_of
from syncengine.records import Resolved
from syncengine.resolution import affected, decided, fired, gone, guards, holds, keys, limits, models, outset, stops
from syncengine.resolution.ids import assign_ids
from syncengine.resolution.living import read_living
from syncengine.resolution.review import undecided

BULK_AT = 20_000  # changed records from which reading everything beats asking for candidates
FEW = 1_000  # records up to which a loop beats steps on frames
DIRTY = "dirty_accounts"
NOBODY = pl.Series(dtype=pl.Int64)
Beside = Callable[[pl.DataFrame], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Dirty:
    """The records that changed, and where a statement reads their ids from."""

    records: pl.Series
    listed: str

    def bury(self, living: int = 0) -> pl.Series:
        """Those that have died, buried; nobody looks for them where all are known to live."""
        return NOBODY if living == self.records.len() else gone.bury_dirty(self.listed)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the partition follows from: living records, scored pairs, values one customer has once, the dead.

    Beside it the keys and the model it was made with, which say what guards fired.
    """

    records: pl.Series
    pairs: pl.DataFrame
    vetoes: pl.DataFrame
    gone: pl.DataFrame
    keys: pl.DataFrame
    model: Model

    def part(self, bound: pl.DataFrame, policy: Policy) -> pl.DataFrame:
        """record_id, component_id, cluster and live, the same for any order of rows."""
        pairs = decided.binding(bound)
        parted = partition(self.records, self.pairs, pairs, self.vetoes, policy)
        return gone.attach(parted, self.gone, pairs)


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
    listed = among(DIRTY, affected.RECORD, dirty.to_frame("record_id"))
    touched, bound = Dirty(dirty, listed), decided.open_bindings() if start.bound else decided.NOTHING
    if bulk:
        touched.bury()
        found = evidence_of_everything(now=now, policy=policy, beside=keys.replacing_keys)[0]
        stood = affected.owners()
    else:
        found, stood = _incremental(touched, bound, policy, models.current(now=now, number=standing.number))
    parted, held = found.part(bound, policy), decided.NOTHING
    if start.known:
        # What a version changes was planned and asked for by a person, so no run is too large for it.
        allowed = replace(policy, breaker_share=1.0) if wanted else policy
        held = guards.hold_transitions(found, parted, bound, stood, policy=allowed, now=now)
    if held.height:
        bound = pl.concat([bound, held])
        parted = found.part(bound, policy)
    _keep(found, parted, stood, bulk=bulk, policy=policy)
    if start.waiting or held.height:
        holds.close_idle_holds(now=now)
        stops.close_idle_stops(now=now)
    return _resolved(found, parted, stood, bound, dirty, bulk=bulk, policy=policy, now=now)


def _keep(found: Evidence, parted: pl.DataFrame, stood: pl.DataFrame, *, bulk: bool, policy: Policy) -> None:
    """Store pairs and components, and in bulk under which limits they were made."""
    if bulk:
        number = models.in_force() or 0
        components = parted.select(crosswalk_id="record_id", component_id="component_id")
        affected.replace_all(found.keys, found.gone, components, found.pairs, number)
        limits.keep(number, policy)
    else:
        affected.store_components(parted, stood)


def _resolved(
    found: Evidence, parted: pl.DataFrame, stood: pl.DataFrame, bound: pl.DataFrame, dirty: pl.Series, *, bulk: bool,
    policy: Policy, now: datetime,
) -> Resolved:  # fmt: skip
    """Clusters with the ids they take, what a person should judge, and which guards fired."""
    assigned = assign_ids(parted, now=now, everything=bulk)
    members = assigned.members
    return Resolved(
        members=_changed_clusters(members, dirty, stood),
        merged=assigned.merged,
        review=undecided(found.pairs, members, bound),
        concerned=parted["record_id"],
        bulk=bulk,
        fired=fired.all_fired(found.keys, parted, found.pairs, found.model, policy),
    )


def evidence_of_everything(
    *, now: datetime, policy: Policy = POLICY, version: int | None = None, beside: Beside = nullcontext
) -> tuple[Evidence, int]:
    """All living records scored anew under a version, else the one in force; with the version's number.

    `beside` gets the keys and runs while their holders are compared.
    """
    tidy = standardise(side_by_side(read_living()))
    model = models.numbered(version) if version else models.current(now=now, standardised=tidy)
    ids, told, vetoes = tidy["record_id"], match_keys(tidy), veto_values(tidy)
    tidy = comparable(tidy, model.model)
    with beside(told):
        pairs = score(tidy, model=model.model, keys=told, policy=policy)
    return Evidence(ids, pairs, vetoes, gone.read_gone(), told, model.model), model.number


def _incremental(
    dirty: Dirty, bound: pl.DataFrame, policy: Policy, model: models.CurrentModel
) -> tuple[Evidence, pl.DataFrame]:
    """Only the components the dirty records were in, or are tied to now; and how their records stood so far."""
    told = standardise(read_living(dirty.listed))
    dying = dirty.bury(living=told.height)
    moves = keys.find_moves(match_keys(told), dirty.listed, dying, policy.key_cap)
    further = _read_further(told, pl.concat([moves.live["record_id"], moves.changed]))
    changed = among("changed_records", affected.RECORD, moves.changed.to_frame("record_id"))
    with executing("; ".join([*keys.moving(moves), *affected.forgetting(changed)])):
        near = told.vstack(standardise(further)) if further.height else told
        fresh = score_candidates(near, meeting(moves.live, moves.changed), model=model.model, policy=policy)
    partners = (fresh["record_l"], fresh["record_r"], *_bound_partners(dirty.records, bound))
    stood = affected.concerned(chain(moves.changed, *partners))
    others = affected.stored_pairs(among("concerned_records", affected.RECORD, stood))
    affected.store_pairs(fresh, model.number)
    tidy = _among(near, stood["record_id"])
    found = Evidence(
        tidy["record_id"], others.vstack(fresh.select(others.columns)) if fresh.height else others,
        veto_values(tidy), gone.of(stood), fired.common_keys(moves.common), fired.told_model(model.model, near),
    )  # fmt: skip
    return found, stood


def _among(standardised: pl.DataFrame, records: pl.Series) -> pl.DataFrame:
    """The living of these records, standardised: those at hand, and the others read."""
    wanted, at_hand = set(records), standardised
    if not wanted.issuperset(standardised["record_id"]):
        at_hand = standardised.filter(pl.col("record_id").is_in(records.implode()))
    further = _read_further(standardised, records)
    return at_hand.vstack(standardise(further)) if further.height else at_hand


def _read_further(known: pl.DataFrame, records: pl.Series) -> pl.DataFrame:
    """The living of these records that are not known yet."""
    further = sorted(set(records).difference(known["record_id"]))
    if not further:
        return pl.DataFrame()
    return read_living(among("further_accounts", affected.RECORD, pl.DataFrame({"record_id": further})))


def _bound_partners(dirty: pl.Series, bound: pl.DataFrame) -> list[pl.Series]:
    """Records that a decision ties to a dirty one: their components are concerned too."""
    if not bound.height:
        return [dirty]
    ids = dirty.implode()
    tied = bound.filter(pl.col("record_l").is_in(ids) | pl.col("record_r").is_in(ids))
    return [dirty, tied["record_l"], tied["record_r"]]


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

"""Resolving customer records: from dirty records to clusters with ids, in bulk or one component at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from accounts.frames import among, read
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
from syncengine.identity.rows import rows_of
from syncengine.records import Resolved
from syncengine.resolution import affected, fired, gone, guards, holds, keys, limits, models, stops
from syncengine.resolution.decided import binding, open_bindings
from syncengine.resolution.ids import assign_ids
from syncengine.resolution.living import read_living
from syncengine.resolution.review import undecided

BULK_AT = 20_000  # changed records from which reading everything beats asking for candidates
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
        pairs = binding(bound)
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
    (known, keyed), standing = affected.any_known(), models.standing()
    wanted = standing.wanted and models.take_wanted(now=now) is not None
    bulk = wanted or not keyed or dirty.len() >= bulk_at or limits.changed(standing.limits, policy)
    listed = among(DIRTY, affected.RECORD, dirty.to_frame("record_id"))
    touched, bound = Dirty(dirty, listed), open_bindings()
    if bulk:
        touched.bury()
        found = evidence_of_everything(now=now, policy=policy, beside=keys.replacing_keys)[0]
    else:
        found = _incremental(touched, bound, policy, models.current(now=now, number=standing.number))
    parted = found.part(bound, policy)
    if known:
        # What a version changes was planned and asked for by a person, so no run is too large for it.
        held = _held(found, parted, bound, replace(policy, breaker_share=1.0) if wanted else policy, now)
        if held.height:
            bound = pl.concat([bound, held])
            parted = found.part(bound, policy)
    _keep(found, parted, bulk=bulk, policy=policy, now=now)
    return _resolved(found, parted, bound, dirty, first=not known, bulk=bulk, policy=policy, now=now)


def _held(found: Evidence, parted: pl.DataFrame, bound: pl.DataFrame, policy: Policy, now: datetime) -> pl.DataFrame:
    """The merges that wait for a person."""
    return guards.hold_transitions(found, parted, bound, policy=policy, now=now)


def _keep(found: Evidence, parted: pl.DataFrame, *, bulk: bool, policy: Policy, now: datetime) -> None:
    """Store keys, pairs and components, and close the holds and stops that nothing asks for any more."""
    components = parted.select(crosswalk_id="record_id", component_id="component_id")
    if bulk:
        number = models.in_force() or 0
        affected.replace_all(found.keys, found.gone, components, found.pairs, number)
        limits.keep(number, policy)
    else:
        affected.store_components(components)
    if holds.any_waiting():
        holds.close_idle_holds(now=now)
        stops.close_idle_stops(now=now)


def _resolved(
    found: Evidence, parted: pl.DataFrame, bound: pl.DataFrame, dirty: pl.Series, *, first: bool, bulk: bool,
    policy: Policy, now: datetime,
) -> Resolved:  # fmt: skip
    """Clusters with the ids they take, what a person should judge, and which guards fired."""
    assigned = assign_ids(parted, now=now, everything=bulk)
    members = parted.select("record_id", "cluster").join(assigned.clusters.rename({"id": "account_id"}), on="cluster")
    return Resolved(
        members=members if first else _changed_clusters(members, dirty),
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


def _incremental(dirty: Dirty, bound: pl.DataFrame, policy: Policy, model: models.CurrentModel) -> Evidence:
    """Only the components the dirty records were in, or are tied to now."""
    told = standardise(read_living(dirty.listed))
    dying = dirty.bury(living=told.height)
    moves = keys.find_moves(match_keys(told), dirty.listed, dying, policy.key_cap)
    further = _read_further(told, pl.concat([moves.live["record_id"], moves.changed]))
    with keys.writing(moves):
        near = told.vstack(standardise(further)) if further.height else told
        fresh = score_candidates(near, meeting(moves.live, moves.changed), model=model.model, policy=policy)
    changed = among("changed_records", affected.RECORD, moves.changed.to_frame("record_id"))
    partners = pl.concat([fresh["record_l"], fresh["record_r"], *_bound_partners(dirty.records, bound)])
    concerned = affected.concerned(changed, partners)
    affected.replace_pairs(changed, fresh, model.number)
    whole = among("concerned_records", affected.RECORD, concerned)
    tidy = _among(near, concerned["record_id"])
    return Evidence(
        tidy["record_id"], affected.stored_pairs(whole), veto_values(tidy),
        gone.of(concerned),
        fired.common_keys(moves.common), fired.told_model(model.model, near),
    )  # fmt: skip


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


def _changed_clusters(members: pl.DataFrame, dirty: pl.Series) -> pl.DataFrame:
    """Only clusters that hold a dirty record or whose membership is not what the crosswalk says."""
    told = among("new_members", {"record_id": "bigint", "account_id": "bigint"}, members)
    moved = read(
        f"SELECT s.record_id, s.account_id, x.account_id FROM {told} s "
        "JOIN accounts_accountcrosswalk x ON x.id = s.record_id WHERE x.account_id IS DISTINCT FROM s.account_id",
        {"record_id": pl.Int64(), "new_id": pl.Int64(), "old_id": pl.Int64()},
    )
    # An id that lost a record must be published again as well as the one that gained it.
    ids = {*moved["new_id"], *moved["old_id"]}
    rows, asked = rows_of(members, "record_id", "account_id", "cluster"), set(dirty)
    stale = {cluster for record, account, cluster in rows if record in asked or account in ids}
    if stale.issuperset(members["cluster"]):
        return members
    return members.filter(pl.col("cluster").is_in(pl.Series(sorted(stale), dtype=pl.Int64).implode()))

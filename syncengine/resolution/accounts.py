"""Resolving customer records: from dirty records to clusters with ids, in bulk or one component at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from accounts.frames import among, read
from syncengine.canonical import read_canonical
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
from syncengine.records import Resolved
from syncengine.resolution import affected, fired, gone, guards, holds, limits, models, stops
from syncengine.resolution.decided import binding, open_bindings
from syncengine.resolution.ids import assign_ids
from syncengine.resolution.review import undecided

BULK_AT = 20_000  # changed records from which reading everything beats asking for candidates
MATCHED = [
    "name", "legal_name", "trade_names", "street", "city", "region", "postcode", "country", "phone", "email",
    "website", "tax_id", "registration_id", "duns",
]  # fmt: skip
DIRTY = "dirty_accounts"
Beside = Callable[[pl.DataFrame], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Dirty:
    """The records that changed, where a statement reads their ids from, and which of them have died."""

    records: pl.Series
    listed: str
    dying: pl.Series


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
    first, standing = not affected.any_known(), models.standing()
    wanted = standing.wanted and models.take_wanted(now=now) is not None
    bulk = wanted or first or dirty.len() >= bulk_at or limits.changed(standing.limits, policy)
    listed = among(DIRTY, affected.RECORD, dirty.to_frame("record_id"))
    touched, bound = Dirty(dirty, listed, gone.bury_dirty(listed)), open_bindings()
    if bulk:
        found = evidence_of_everything(now=now, policy=policy, beside=affected.replacing_keys)[0]
    else:
        found = _incremental(touched, bound, policy, models.current(now=now, number=standing.number))
    parted = found.part(bound, policy)
    if not first:
        # What a version changes was planned and asked for by a person, so no run is too large for it.
        held = _held(found, parted, bound, replace(policy, breaker_share=1.0) if wanted else policy, now)
        if held.height:
            bound = pl.concat([bound, held])
            parted = found.part(bound, policy)
    _keep(found, parted, bulk=bulk, policy=policy, now=now)
    return _resolved(found, parted, bound, dirty, first=first, bulk=bulk, policy=policy, now=now)


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
    holds.close_idle_holds(now=now)
    stops.close_idle_stops(now=now)


def _resolved(
    found: Evidence, parted: pl.DataFrame, bound: pl.DataFrame, dirty: pl.Series, *, first: bool, bulk: bool,
    policy: Policy, now: datetime,
) -> Resolved:  # fmt: skip
    """Clusters with the ids they take, what a person should judge, and which guards fired."""
    assigned = assign_ids(parted.select("record_id", "cluster", "live"), now=now, everything=bulk)
    members = parted.select("record_id", "cluster").join(assigned.clusters, on="cluster")
    members = members.rename({"id": "account_id"})
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
    tidy = standardise(side_by_side(read_canonical("account", "c.live", columns=MATCHED)))
    model = models.numbered(version) if version else models.current(now=now, standardised=tidy)
    ids, keys, vetoes = tidy["record_id"], match_keys(tidy), veto_values(tidy)
    tidy = comparable(tidy, model.model)
    with beside(keys):
        pairs = score(tidy, model=model.model, keys=keys, policy=policy)
    return Evidence(ids, pairs, vetoes, gone.read_gone(), keys, model.model), model.number


def _incremental(dirty: Dirty, bound: pl.DataFrame, policy: Policy, model: models.CurrentModel) -> Evidence:
    """Only the components the dirty records were in, or are tied to now."""
    told = standardise(_read(dirty.listed))
    changed = affected.store_keys(match_keys(told), dirty.listed, dirty.dying, policy.key_cap)
    moved = among("changed_records", affected.RECORD, pl.DataFrame({"record_id": changed}))
    keys = affected.told_keys(moved, policy.key_cap)
    live = affected.held(keys, 2, policy.key_cap)
    near = _among(told, pl.concat([live["record_id"], changed]))
    fresh = score_candidates(near, meeting(live, changed), model=model.model, policy=policy)
    partners = pl.concat([fresh["record_l"], fresh["record_r"], *_bound_partners(dirty.records, bound)])
    concerned = affected.concerned(moved, partners)
    affected.replace_pairs(moved, fresh, model.number)
    whole = among("concerned_records", affected.RECORD, concerned)
    tidy = _among(near, concerned["record_id"])
    return Evidence(
        tidy["record_id"], affected.stored_pairs(whole), veto_values(tidy),
        concerned.filter(~pl.col("live")).drop("live"),
        fired.common_keys(affected.held(keys, policy.key_cap + 1)), fired.told_model(model.model, near),
    )  # fmt: skip


def _among(standardised: pl.DataFrame, records: pl.Series) -> pl.DataFrame:
    """The living of these records, standardised: those at hand, and the others read."""
    wanted, known = set(records), set(standardised["record_id"])
    at_hand = standardised
    if not known <= wanted:
        at_hand = standardised.filter(pl.col("record_id").is_in(records.implode()))
    if wanted <= known:
        return at_hand
    further = pl.DataFrame({"record_id": sorted(wanted - known)})
    return pl.concat([at_hand, standardise(_read(among("further_accounts", affected.RECORD, further)))])


def _read(listed: str) -> pl.DataFrame:
    """The living of these records; the dead take part in nothing."""
    where = f"c.live AND c.crosswalk_id IN (SELECT record_id FROM {listed} d)"
    return read_canonical("account", where, columns=MATCHED)


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
    rows, asked = members.select("record_id", "account_id", "cluster").iter_rows(), set(dirty)
    stale = {cluster for record, account, cluster in rows if record in asked or account in ids}
    return members.filter(pl.col("cluster").is_in(pl.Series(sorted(stale), dtype=pl.Int64).implode()))

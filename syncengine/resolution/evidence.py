"""What the partition of customer records follows from: of everything, or around those that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import polars as pl

from accounts.frames import among, executing
from syncengine.identity import (
    POLICY,
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
from syncengine.resolution import affected, decided, fired, gone, keys, models
from syncengine.resolution.living import read_living

DIRTY = "dirty_accounts"
NOBODY = pl.Series(dtype=pl.Int64)
Beside = Callable[[pl.DataFrame], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Living records, scored pairs, values one customer has once, the dead, and how the records stood so far.

    Beside it the keys and the model it was made with, which say what guards fired.
    """

    records: pl.Series
    pairs: pl.DataFrame
    vetoes: pl.DataFrame
    gone: pl.DataFrame
    stood: pl.DataFrame  # record_id and account_id at least
    keys: pl.DataFrame
    model: models.CurrentModel

    def part(self, bound: pl.DataFrame, policy: Policy) -> pl.DataFrame:
        """record_id, component_id, cluster and live, the same for any order of rows."""
        pairs = decided.binding(bound)
        parted = partition(self.records, self.pairs, pairs, self.vetoes, policy)
        return gone.attach(parted, self.gone, pairs)


@dataclass(frozen=True, slots=True)
class Dirty:
    """The records that changed, and where a statement reads their ids from."""

    records: pl.Series
    listed: str

    @classmethod
    def of(cls, records: pl.Series) -> Dirty:
        """These records, told to the database."""
        return cls(records, among(DIRTY, affected.RECORD, records.to_frame("record_id")))

    def bury(self, living: int = 0) -> pl.Series:
        """Those that have died, buried; nobody looks for them where all are known to live."""
        return NOBODY if living == self.records.len() else gone.bury_dirty(self.listed)


def evidence_of_everything(
    *, now: datetime, policy: Policy = POLICY, version: int | None = None, beside: Beside = nullcontext
) -> Evidence:
    """All living records scored anew under a version, else the one in force.

    `beside` gets the keys and runs while their holders are compared.
    """
    tidy = standardise(side_by_side(read_living()))
    model = models.numbered(version) if version else models.current(now=now, standardised=tidy)
    ids, told, vetoes = tidy["record_id"], match_keys(tidy), veto_values(tidy)
    tidy = comparable(tidy, model.model)
    with beside(told):
        pairs = score(tidy, model=model.model, keys=told, policy=policy)
    return Evidence(ids, pairs, vetoes, gone.read_gone(), affected.owners(), told, model)


def evidence_around(dirty: Dirty, bound: pl.DataFrame, policy: Policy, model: models.CurrentModel) -> Evidence:
    """Only the components that the dirty records were in, or are tied to now; their keys and pairs are stored."""
    told = standardise(read_living(dirty.listed))
    dying = dirty.bury(living=told.height)
    moves = keys.find_moves(match_keys(told), dirty.listed, dying, policy.key_cap)
    near, fresh = _compared(told, moves, policy, model)
    stood = affected.concerned(chain(moves.changed, fresh["record_l"], fresh["record_r"], _tied(dirty.records, bound)))
    others = affected.stored_pairs(among("concerned_records", affected.RECORD, stood))
    affected.store_pairs(fresh, model.number)
    tidy = _among(near, stood["record_id"])
    pairs = others.vstack(fresh.select(others.columns)) if fresh.height else others
    suppressed, placeholders = fired.common_keys(moves.common), fired.told_model(model.model, near)
    told_by = models.CurrentModel(model.number, placeholders)
    return Evidence(tidy["record_id"], pairs, veto_values(tidy), gone.of(stood), stood, suppressed, told_by)


def _compared(
    told: pl.DataFrame, moves: keys.Moves, policy: Policy, model: models.CurrentModel
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The changed records and who shares a key with them, standardised; and their pairs, scored.

    Meanwhile the moved keys are written, and what was stored of those pairs is taken away.
    """
    further = _read_further(told, pl.concat([moves.live["record_id"], moves.changed]))
    changed = among("changed_records", affected.RECORD, moves.changed.to_frame("record_id"))
    with executing("; ".join([*keys.moving(moves), *affected.forgetting(changed)])):
        near = told.vstack(standardise(further)) if further.height else told
        met = meeting(moves.live, moves.changed)
        return near, score_candidates(near, met, model=model.model, policy=policy)


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


def _tied(dirty: pl.Series, bound: pl.DataFrame) -> Iterator[int]:
    """The dirty records and those a decision ties to them: their components are concerned too."""
    yield from dirty
    if bound.height:
        ids = dirty.implode()
        tied = bound.filter(pl.col("record_l").is_in(ids) | pl.col("record_r").is_in(ids))
        yield from tied["record_l"]
        yield from tied["record_r"]

"""A new match version is planned before it is applied: which pairs it gains and loses, and what that does."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction

from accounts.audit import record
from accounts.catalogue import load
from accounts.frames import read, rows, stage
from accounts.models import User
from accounts.reference import get_tolerance
from syncengine.identity import REVIEW
from syncengine.landing import mark_dirty
from syncengine.models import MatchVersion
from syncengine.resolution import models
from syncengine.resolution.decided import open_bindings
from syncengine.resolution.evidence import evidence_of_everything
from syncengine.resolution.limits import company_policy

SAMPLES = 20
PAIRS: dict[str, pl.DataType] = {"record_l": pl.Int64(), "record_r": pl.Int64(), "weight": pl.Float64()}


class PlanOutdated(Exception):
    """What applying would do is not what the plan showed."""


@dataclass(frozen=True, slots=True)
class PairSample:
    """A pair that a version gains or loses, with what the records are called."""

    record_l: int
    record_r: int
    name_l: str
    name_r: str
    weight_before: float | None
    weight_after: float | None


@dataclass(frozen=True, slots=True)
class VersionPlan:
    """What putting a version in force would change."""

    version: int
    in_force: int | None
    records: int
    pairs_before: int
    pairs_gained: int
    pairs_lost: int
    customers_before: int
    customers_after: int
    review_before: int
    review_after: int
    gained: tuple[PairSample, ...]
    lost: tuple[PairSample, ...]


def plan_version(number: int, *, now: datetime) -> VersionPlan:
    """Everything scored under a version beside what stands today; nothing is changed but the plan kept with it."""
    version = MatchVersion.objects.get(pk=number)
    with transaction.atomic():
        policy = company_policy()
        found = evidence_of_everything(now=now, version=number, policy=policy)
        parted = found.part(open_bindings(), policy)
        plan = _compare(number, found.pairs, parted)
    MatchVersion.objects.filter(pk=number).update(measured=version.measured | {"plan": _counts(plan)})
    return plan


def apply_version(number: int, *, user: User | None, now: datetime, force: bool = False) -> VersionPlan:
    """Ask the lane to put a version in force; PlanOutdated where it would do other than its plan showed.

    The next round resolves everything under it; a version already in force is asked for again like any other.
    """
    planned = MatchVersion.objects.get(pk=number).measured.get("plan")
    if planned is None and not force:
        raise PlanOutdated(f"Version {number} has no plan yet: run `identity plan {number}` and look at it first.")
    plan = plan_version(number, now=now)
    if not force and not _alike(planned or {}, _counts(plan)):
        raise PlanOutdated("The records have changed since the plan; it has been made anew, look at it again.")
    with transaction.atomic():
        MatchVersion.objects.filter(pk=number).update(wanted_at=now, wanted_by=user)
        first = rows("SELECT crosswalk_id FROM syncengine_canonicalaccount LIMIT 1")
        mark_dirty(
            load()["account"].code, pl.Series([row[0] for row in first], dtype=pl.Int64), stream_id=None,
            cause=f"match version {number}", now=now,
        )  # fmt: skip
        record(user=user, action="asked for a match version", object="match version", row_id=number, at=now,
               detail=_counts(plan))  # fmt: skip
    return plan


def _compare(number: int, pairs: pl.DataFrame, parted: pl.DataFrame) -> VersionPlan:
    stored = read("SELECT record_l, record_r, match_weight FROM syncengine_matchpair WHERE tier < 3", PAIRS)
    review = rows("SELECT count(*) FROM syncengine_matchpair WHERE tier >= 3")[0][0]
    accepted = pairs.filter(pl.col("tier") < REVIEW).select("record_l", "record_r", weight="match_weight")
    keys = ["record_l", "record_r"]
    gained = accepted.join(stored, on=keys, how="anti").rename({"weight": "after"})
    lost = stored.join(accepted, on=keys, how="anti").rename({"weight": "before"})
    return VersionPlan(
        version=number,
        in_force=models.in_force(),
        records=parted.height,
        pairs_before=stored.height,
        pairs_gained=gained.height,
        pairs_lost=lost.height,
        customers_before=rows("SELECT count(DISTINCT account_id) FROM accounts_accountcrosswalk x "
                              "JOIN syncengine_canonicalaccount c ON c.crosswalk_id = x.id")[0][0],
        customers_after=parted["cluster"].n_unique(),
        review_before=review,
        review_after=pairs.filter(pl.col("tier") >= REVIEW).height,
        gained=_samples(gained.with_columns(before=pl.lit(None, pl.Float64)), "after"),
        lost=_samples(lost.with_columns(after=pl.lit(None, pl.Float64)), "before"),
    )  # fmt: skip


def _samples(pairs: pl.DataFrame, weight: str) -> tuple[PairSample, ...]:
    """The pairs nearest to the threshold: where a version is most likely to be wrong."""
    picked = pairs.sort(weight, "record_l", "record_r").head(SAMPLES)
    stage("sampled_pairs", {"record_l": "bigint", "record_r": "bigint"}, picked.select("record_l", "record_r"))
    names = dict(
        rows(
            "SELECT DISTINCT c.crosswalk_id, coalesce(c.name, c.legal_name, c.key) FROM syncengine_canonicalaccount c "
            "JOIN sampled_pairs s ON c.crosswalk_id IN (s.record_l, s.record_r)"
        )
    )
    return tuple(
        PairSample(row["record_l"], row["record_r"], names[row["record_l"]], names[row["record_r"]],
                   row["before"], row["after"])
        for row in picked.iter_rows(named=True)
    )  # fmt: skip


def _counts(plan: VersionPlan) -> dict[str, Any]:
    return {name: value for name, value in asdict(plan).items() if isinstance(value, int)}


def _alike(planned: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether what would change lies within the company's tolerance of what the plan showed."""
    tolerance = get_tolerance("plan")
    share, amount = float(tolerance.percent or 0) / 100, float(tolerance.amount or 0)
    return all(
        abs(found[name] - planned.get(name, 0)) <= max(amount, share * planned.get(name, 0))
        for name in ("pairs_gained", "pairs_lost")
    )

"""The publish lane: one round at a time reads what is dirty, resolves, publishes and clears exactly that.

A round is one transaction under one advisory lock, so two sources can never each publish a new customer
of the same name, and a round that is killed leaves everything as it was, dirty rows included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import perf_counter

import polars as pl
from django.db import transaction

from accounts import derived
from accounts.catalogue import load
from accounts.frames import execute, read, rows, stage
from accounts.golden import first_load, touched
from accounts.golden.changes import Cause
from accounts.golden.shape import DOCUMENT_ORDER
from accounts.golden.summary import count_open_tasks
from accounts.loading import begin_load
from accounts.partitions import ensure_partitions
from syncengine.canonical import read_canonical
from syncengine.echoes import settle_echoes, without_echoes
from syncengine.landing import POLICY_CAUSE, REASONS_CAUSE, read_landed
from syncengine.mapping import compile_stream, map_rows, rows_from_payloads
from syncengine.models import Run, Stream
from syncengine.pipeline.dirty import clear_dirty, dirty_of, read_dirty, records_of
from syncengine.pipeline.source_run import Progress, now_utc
from syncengine.policies import PolicySet, current_policies
from syncengine.publish.accounts import publish_accounts, publish_weighed_anew
from syncengine.publish.belonging import publish_belonging
from syncengine.publish.documents import publish_gone, publish_mapped
from syncengine.publish.reasons import publish_reasons
from syncengine.publish.relations import publish_relations
from syncengine.publish.rules import field_rules, no_pins, open_pins, standing_values
from syncengine.records import Belonging, PublishedAccounts, Resolved, Survived
from syncengine.resolution.accounts import resolve_accounts
from syncengine.resolution.belonging import resolve_addresses, resolve_contacts, resolve_products
from syncengine.resolution.fired import keep_firings
from syncengine.resolution.history import keep_moves
from syncengine.resolution.settled import settled_accounts
from syncengine.steward.tasks import OPEN_TASKS, renew_refused, renew_tasks
from syncengine.steward.worth import value_tasks
from syncengine.survivorship import survive
from syncengine.writeback.plan import propagate

LANE_LOCK = 7302
LOADED_ALONG = (
    "syncengine_matchrecord",
    "syncengine_matchkey",
    "syncengine_matchpair",
    "syncengine_anchor",
    "syncengine_stewardtask",
)


@dataclass(slots=True)
class Round:
    """What one round did: rows cleared, counts by object, seconds by stage."""

    cleared: int = 0
    run_id: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the seconds the block takes to a stage."""
        started = perf_counter()
        yield
        self.add(name, perf_counter() - started)

    def add(self, name: str, seconds: float) -> None:
        """Count seconds towards a stage."""
        self.stages[name] = round(self.stages.get(name, 0.0) + seconds, 3)


def publish_all(*, clock: Callable[[], datetime] = now_utc, progress: Progress | None = None) -> list[Round]:
    """Rounds until nothing is dirty."""
    done: list[Round] = []
    while True:
        result = publish_round(now=clock())
        if result is None or not result.cleared:
            return done
        done.append(result)
        if progress:
            progress("publish", result.cleared)


def publish_round(*, now: datetime) -> Round | None:
    """One round; None while another process holds the lane."""
    policies = current_policies()
    with transaction.atomic():
        if not rows("SELECT pg_try_advisory_xact_lock(%s)", [LANE_LOCK])[0][0]:
            return None
        dirty = read_dirty()
        if not dirty.height:
            return Round()
        ensure_partitions(now.date())
        if first_load.is_large():
            begin_load(now=now)
        return _publish(dirty, policies, now)


def hold_lane() -> None:
    """Wait for the lane and keep it until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(%s)", [LANE_LOCK])


def _publish(dirty: pl.DataFrame, policies: PolicySet, now: datetime) -> Round:
    result = Round(cleared=dirty.height)
    run = Run.objects.create(kind="publish", started_at=now, heartbeat_at=now, policy_version=policies.number)
    result.run_id = run.pk
    cause = Cause(now, f"run {run.pk}", policies.number or 0)
    with first_load.quick_constraints(LOADED_ALONG):
        touched.begin()
        _golden_objects(dirty, policies, cause, result)
        _documents(dirty, policies, cause, result)
        touched.settle()
        result.counts |= derived.renew(at=now, timed=result.add)
        with result.timed("tasks"):
            publish_relations()
            renew_refused(now=now)
            value_tasks(now=now)
            count_open_tasks(OPEN_TASKS)
        clear_dirty(dirty)
    Run.objects.filter(pk=run.pk).update(
        state="succeeded", finished_at=now_utc(), read=dirty.height, updated=dirty.height,
        stages=result.stages, counts=result.counts,
    )  # fmt: skip
    return result


def _golden_objects(dirty: pl.DataFrame, policies: PolicySet, cause: Cause, result: Round) -> None:
    products = records_of(dirty, "product")
    if products.len():
        with result.timed("products"):
            _belonging("product", resolve_products(products), policies, cause, result)
    accounts = _accounts(dirty, policies, cause, result)
    # Read before anything else is linked: linking contacts writes down other moves in place of the customers'.
    names = ("contact", "address")
    following = {name: _following(name) for name in names} if accounts.len() else {}
    for name, resolve in zip(names, (resolve_contacts, resolve_addresses), strict=True):
        records = pl.concat([records_of(dirty, name), *([following[name]] if name in following else [])])
        if records.len():
            with result.timed(load()[name].plural.lower()):
                _belonging(name, resolve(records), policies, cause, result)


def _accounts(dirty: pl.DataFrame, policies: PolicySet, cause: Cause, result: Round) -> pl.Series:
    """Customers whose rules changed are weighed as they are, others resolved first; the latter's records."""
    ruled = pl.col("cause").str.starts_with(POLICY_CAUSE)
    by_rule = records_of(dirty.filter(pl.col("cause") == POLICY_CAUSE), "account")
    said = records_of(dirty.filter(~ruled), "account")
    for (reasons,), group in dirty.filter(ruled & (pl.col("cause") != POLICY_CAUSE)).group_by("cause"):
        with result.timed("accounts"):
            codes = [int(code) for code in str(reasons).removeprefix(REASONS_CAUSE).split(",")]
            publish_reasons(records_of(group, "account"), codes, policies, cause=cause)
    if by_rule.len():
        with result.timed("identity"):
            settled = settled_accounts(by_rule.filter(~by_rule.is_in(said.implode())))
        if settled.members.height:
            _publish_resolved(settled, policies, cause, result)
    if said.len():
        with result.timed("identity"):
            resolved = resolve_accounts(said, now=cause.at)
            if resolved.fired is not None:
                keep_firings(resolved.fired, run_id=result.run_id)
        _publish_resolved(resolved, policies, cause, result)
    return said


def _publish_resolved(resolved: Resolved, policies: PolicySet, cause: Cause, result: Round) -> None:
    with result.timed("survivorship"):
        records = _member_records(resolved, now=cause.at)
        pins = open_pins(records, now=cause.at)
        rules = field_rules("account", policies)
        standing = standing_values("account", records["cluster"], rules)
    with result.timed("accounts"), ThreadPoolExecutor(1) as beside:
        weigh = partial(survive, records, load()["account"], rules, pins, standing=standing, now=cause.at)
        survived = beside.submit(weigh).result  # while records are linked
        published = _written(resolved, records, survived, pins, cause, result)
    result.counts["account"] = result.counts.get("account", 0) + published.created + published.changed
    with result.timed("write-back"):
        decision = f"publish {cause.text}"
        result.counts["message"] = propagate(published.account_ids, policies, decision=decision, now=cause.at)
    with result.timed("tasks"):
        result.counts["task"] = result.counts.get("task", 0) + renew_tasks(resolved, published, now=cause.at)


def _written(
    resolved: Resolved,
    records: pl.DataFrame,
    survived: Callable[[], Survived],
    pins: pl.DataFrame,
    cause: Cause,
    result: Round,
) -> PublishedAccounts:
    """Customers as they are now; where their records stay together, nothing can have moved."""
    if resolved.settled:
        return publish_weighed_anew(records, survived(), pins, cause=cause)
    published = publish_accounts(records, survived, pins, resolved.merged, cause=cause)
    result.counts["move"] = result.counts.get("move", 0) + keep_moves(now=cause.at, cause=cause.text)
    return published


def _member_records(resolved: Resolved, *, now: datetime) -> pl.DataFrame:
    """Canonical rows of the members, echoes aside; from here on the cluster is the customer's id."""
    members = resolved.members.select("record_id", "account_id", "is_new")
    stage("member_records", {"record_id": "bigint"}, members.select("record_id"))
    told = read_canonical("account", "c.crosswalk_id IN (SELECT record_id FROM member_records)", echoes=True)
    settle_echoes("account", told, now=now)
    found = without_echoes("account", told, members)
    return found.join(members, on="record_id").rename({"account_id": "cluster"})


def _belonging(name: str, found: Belonging, policies: PolicySet, cause: Cause, result: Round) -> None:
    records = found.records.with_columns(cluster="golden_id")
    rules = field_rules(name, policies)
    standing = standing_values(name, records["cluster"], rules)
    survived = survive(records, load()[name], rules, no_pins(), standing=standing, now=cause.at)
    written = publish_belonging(name, found, survived, cause=cause)
    result.counts[name] = written.created + written.changed


def _following(name: str) -> pl.Series:
    """Contacts or addresses whose customer's record moved in this round, or has just arrived."""
    return read(
        f"SELECT c.crosswalk_id FROM syncengine_canonical{name} c "
        "JOIN moved_records m ON m.record_id = c.account_ref_id",
        {"record_id": pl.Int64()},
    )["record_id"]


def _documents(dirty: pl.DataFrame, policies: PolicySet, cause: Cause, result: Round) -> None:
    for name in DOCUMENT_ORDER:
        mine = dirty_of(dirty, name)
        for (stream_id,), group in mine.group_by(["stream_id"], maintain_order=True):
            stream = Stream.objects.select_related("source").get(pk=stream_id)
            with result.timed("documents"):
                landed = read_landed(group["record_id"].unique().sort())
                count = _publish_landed(stream, landed, policies, cause)
            result.counts[name] = result.counts.get(name, 0) + count


def _publish_landed(stream: Stream, landed: pl.DataFrame, policies: PolicySet, cause: Cause) -> int:
    """Documents are mapped again from what landed: the payload is their canonical record."""
    name, count = stream.object, 0
    alive = landed.filter(pl.col("deleted_at").is_null() & pl.col("body").is_not_null())
    gone = landed.filter(pl.col("deleted_at").is_not_null())
    if alive.height:
        plan = compile_stream(policies.stream(stream.source.name, stream.name), load())
        raw = rows_from_payloads(alive["body"], plan.columns)
        mapped = map_rows(raw, plan, now=cause.at)[0].rows
        written = publish_mapped(name, stream.source_id, mapped, policies.reference, cause=cause)
        count += written.inserted + written.updated
    if gone.height:
        count += publish_gone(name, stream.source_id, gone, cause=cause)
    return count

"""One batch of one stream: land, map, validate, keep, and queue for the lane; the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from accounts.catalogue import load
from accounts.golden.crosswalk import announce
from accounts.golden.shape import GOLDEN
from syncengine import landing, refused
from syncengine.canonical import REFERENCE, bury, children_waiting, find_records, write_canonical
from syncengine.contests import note_contests
from syncengine.landing import Landing, mark_dirty
from syncengine.mapping import MappingPlan, content_hash, map_rows, payload_column
from syncengine.models import Stream
from syncengine.pipeline.knowledge import (
    accepted_keys,
    known_keys,
    previous_rows,
    referred_rows,
    taken_values,
)
from syncengine.pipeline.tally import Tally
from syncengine.policies import PolicySet
from syncengine.policies import Stream as Declared
from syncengine.records import MappedBatch, Refusal
from syncengine.validation import Validated, validate
from syncengine.validation.waivers import open_waivers


@dataclass(frozen=True, slots=True)
class Reading:
    """What every batch of a run shares."""

    stream: Stream
    declared: Declared
    plan: MappingPlan
    policies: PolicySet
    run_id: int
    waive_holds: bool = False


def take(raw: pl.DataFrame, unreadable: Sequence[Refusal], reading: Reading, *, now: datetime) -> Tally:
    """Bring one batch as far as the lane's queue; what the ledger gains."""
    tally = Tally(read=raw.height + len(unreadable), rejected=len(unreadable))
    with tally.timed("land"):
        arrived = _arrived(raw, reading)
        fresh = _changed(arrived, reading, tally)
    with tally.timed("map"):
        mapped = map_rows(fresh.drop(*_OWN), reading.plan, now=now)
    with tally.timed("validate"):
        checked = [judged(batch, reading, now) for batch in mapped]
    main = checked[0]
    accepted = _newest(main.rows, fresh, tally)
    with tally.timed("store"):
        told = fresh.filter(pl.col("__key").is_in(accepted["key"].implode()))
        _store(accepted, told, checked, reading, tally, now)
    _keep_refused(unreadable, checked, fresh, reading, tally, now)
    return tally


_OWN = ("__key", "__payload", "__digest", "record_id", "known_digest", "known_modified_at", "known_gone")


def _arrived(raw: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Raw rows with key, payload and digest beside them."""
    payload = payload_column(raw)
    key = raw.select(reading.plan.objects[0].key.str.strip_chars()).to_series()
    return raw.with_columns(__key=key, __payload=payload, __digest=content_hash(payload))


def _changed(arrived: pl.DataFrame, reading: Reading, tally: Tally) -> pl.DataFrame:
    """Rows that say something else than the accepted state; a key's last row in the batch speaks for it."""
    last = arrived.filter(pl.col("__key").is_null() | pl.col("__key").is_last_distinct())
    tally.superseded += arrived.height - last.height
    keyed = last.filter(pl.col("__key").is_not_null()).select(key="__key", digest="__digest")
    if reading.waive_holds:  # a replay: whatever is known of them, they are judged again
        known = landing.known_records(reading.stream.pk, keyed["key"])
        told = last
    else:
        known = landing.unlike_known(reading.stream.pk, keyed)
        told = last.filter(pl.col("__key").is_null() | pl.col("__key").is_in(known["key"].implode()))
    fresh = told.join(known, left_on="__key", right_on="key", how="left", maintain_order="left")
    tally.unchanged += last.height - fresh.height
    return fresh


def judged(batch: MappedBatch, reading: Reading, now: datetime) -> MappedBatch:
    """The batch with what the company's rules refuse, hold or doubt set apart."""
    rules = reading.policies.rules_for(reading.declared, batch.object)
    if reading.waive_holds:
        rules = tuple(rule for rule in rules if rule.severity != "hold")
    checked = validate(
        batch.rows,
        rules,
        load(),
        object_name=batch.object,
        known_keys=known_keys(rules, reading.stream.source_id, batch.rows),
        previous=previous_rows(rules, batch, reading.stream.source_id),
        now=now,
        waived=open_waivers(reading.stream.pk, now=now),
        referred=referred_rows(rules, reading.stream.source_id, batch.rows),
        taken=taken_values(rules, batch, reading.stream.source_id),
        known=accepted_keys(rules, batch, reading.stream.source_id),
    )
    return replace(
        batch,
        rows=_with_invalid(checked),
        refused=(*batch.refused, *checked.refused),
        held=tuple(checked.held),
        warnings=(*batch.warnings, *checked.warnings),
    )


def _with_invalid(checked: Validated) -> pl.DataFrame:
    """Accepted rows with the codes of their fields that a rule warns of."""
    if checked.invalid is None or not checked.invalid.height:
        return checked.ready.with_columns(invalid=pl.lit(None, pl.List(pl.Int16)))
    return checked.ready.join(checked.invalid, on="key", how="left", maintain_order="left")


def _newest(rows: pl.DataFrame, fresh: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Accepted rows joined with what landed, without states older than the one known."""
    sides = fresh.select(pl.col("__key").alias("key"), *[c for c in _OWN if c != "__key"])
    told = rows.join(sides, on="key", how="inner", maintain_order="left")
    older = (pl.col("modified_at") < pl.col("known_modified_at")).fill_null(False)
    accepted = told.filter(~older)
    tally.superseded += told.height - accepted.height
    return accepted


def _store(
    accepted: pl.DataFrame,
    told: pl.DataFrame,
    checked: Sequence[MappedBatch],
    reading: Reading,
    tally: Tally,
    now: datetime,
) -> None:
    known = pl.col("record_id").is_not_null() & ~pl.col("known_gone").fill_null(False)
    gone = accepted.filter("deleted")
    never_met = gone.filter(~known)
    tally.skipped += never_met.height
    tally.tombstoned += gone.height - never_met.height
    alive = accepted.filter(~pl.col("deleted"))
    tally.updated += alive.filter(known).height
    tally.created += alive.filter(~known).height
    kept = pl.concat([alive, gone.filter(known)])
    if not kept.height:
        return
    at = Landing(reading.stream.pk, reading.run_id, now)
    payloads = kept.select(
        "key", "record_id", "source_version", "modified_at", "deleted", payload="__payload", digest="__digest"
    )
    ids = landing.store(payloads, at)
    refused.heal(reading.stream.pk, kept["key"], now=now)
    _queue(kept, ids, reading, now)
    _store_further(told, checked, reading, now)


def _queue(kept: pl.DataFrame, ids: pl.DataFrame, reading: Reading, now: datetime) -> None:
    """Golden objects get canonical rows; documents wait under their source record's id."""
    name = reading.stream.object
    if name in GOLDEN:
        _store_golden(name, kept, reading, now)
    else:
        code = load()[name].code
        mark_dirty(code, ids["record_id"], stream_id=reading.stream.pk, cause="landed", now=now)


def _store_further(told: pl.DataFrame, checked: Sequence[MappedBatch], reading: Reading, now: datetime) -> None:
    """The further objects of the rows that were accepted."""
    for plan, also in zip(reading.plan.objects[1:], checked[1:], strict=True):
        keys = told.select(plan.key.str.strip_chars())
        rows = also.rows.join(keys, on="key", how="semi")
        if rows.height:
            _store_golden(also.object, rows, reading, now)
        if also.absent:
            _bury_absent(also, reading, now)


def _bury_absent(also: MappedBatch, reading: Reading, now: datetime) -> None:
    """A further object its row no longer tells, such as a shipping address that was emptied."""
    ids = find_records(also.object, reading.stream.source_id, also.absent)
    landing.stage("gone_canonical", {"record_id": "bigint"}, pl.DataFrame({"record_id": ids}))
    if bury(also.object, "gone_canonical"):
        code = load()[also.object].code
        mark_dirty(code, ids, stream_id=reading.stream.pk, cause="absent", now=now)


def _store_golden(name: str, rows: pl.DataFrame, reading: Reading, now: datetime) -> None:
    source = pl.lit(reading.stream.source_id, pl.Int16).alias("source_id")
    rows = rows.drop("record_id", strict=False).with_columns(source)
    keyed = rows.join(announce(name, rows.select("source_id", "key")), on=["source_id", "key"])
    code = load()[name].code
    if name == "account":
        children = children_waiting(rows.select("source_id", "key"))
        mark_dirty(code, children, stream_id=None, cause="parent landed", now=now)
    if REFERENCE[name] == "account_key" and "account_key" in keyed.columns:
        keyed = _with_account(keyed)
    alive, gone = keyed.filter(~pl.col("deleted")), keyed.filter("deleted")
    if alive.height:
        note_contests(name, alive, reading.stream.source.name, reading.policies, now=now)
        write_canonical(name, alive, stream_id=reading.stream.pk, now=now)
    if gone.height:
        landing.stage("gone_canonical", {"record_id": "bigint"}, gone)
        bury(name, "gone_canonical")
    mark_dirty(code, keyed["record_id"], stream_id=reading.stream.pk, cause="landed", now=now)


def _with_account(rows: pl.DataFrame) -> pl.DataFrame:
    """The crosswalk id of the customer a contact or address names, arrived or not."""
    named = rows.filter(pl.col("account_key").is_not_null()).select("source_id", key="account_key")
    ids = announce("account", named).rename({"key": "account_key", "record_id": "account_ref_id"})
    return rows.join(ids, on=["source_id", "account_key"], how="left")


def _keep_refused(
    unreadable: Sequence[Refusal],
    checked: Sequence[MappedBatch],
    fresh: pl.DataFrame,
    reading: Reading,
    tally: Tally,
    now: datetime,
) -> None:
    """Refused, held and doubtful rows, with what the source said of them so that they can be replayed."""
    main = checked[0]
    tally.rejected += len(main.refused)
    tally.held += len(main.held)
    tally.warned += sum(len(batch.warnings) for batch in checked)
    found = [refusal for batch in checked for refusal in (*batch.refused, *batch.held, *batch.warnings)]
    everything = [*unreadable, *_as_told(found, fresh)]
    refused.keep(everything, stream_id=reading.stream.pk, run_id=reading.run_id, now=now)
    refused.heal_warnings(reading.stream.pk, main.rows["key"], run_id=reading.run_id, now=now)


def _as_told(found: Sequence[Refusal], fresh: pl.DataFrame) -> list[Refusal]:
    """Refusals with the payload of their source row in place of the mapped one."""
    keys = [refusal.key for refusal in found if refusal.key]
    told = fresh.filter(pl.col("__key").is_in(keys)).select("__key", "__payload") if keys else fresh.clear()
    payloads = dict(told.select("__key", "__payload").iter_rows())
    return [replace(refusal, payload=payloads.get(refusal.key, refusal.payload)) for refusal in found]

"""Judging again what landed before, without asking the source: the payload is kept."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

import polars as pl
from django.db import transaction

from accounts.catalogue import load
from accounts.frames import read, stage
from syncengine import landing
from syncengine.landing import UNKNOWN, read_landed
from syncengine.mapping import compile_stream, rows_from_payloads
from syncengine.models import Run, SourceRecord, Stream, Waiver
from syncengine.pipeline.batch import Reading, take
from syncengine.policies import PolicySet


def expire_waivers(policies: PolicySet, *, now: datetime) -> int:
    """Close the waivers whose time is over and judge their records again; how many records."""
    with transaction.atomic():
        over = list(Waiver.objects.select_for_update().filter(lifted_at=None, until__lte=now).order_by("stream_id"))
        Waiver.objects.filter(pk__in=[waiver.pk for waiver in over]).update(lifted_at=now)
        # A waiver of a whole rule names no record: its rows are judged with their next state.
        named = [(waiver.stream_id, waiver.key) for waiver in over if waiver.key is not None]
        groups = groupby(named, key=lambda pair: pair[0])
        return sum(rejudge(stream, [key for _, key in keys], policies, now=now) for stream, keys in groups)


def rejudge(stream_id: int, keys: list[str], policies: PolicySet, *, now: datetime) -> int:
    """Map and judge the last landed state of these records once more; how many there were."""
    stream = Stream.objects.select_related("source").get(pk=stream_id)
    if not stream.active or not keys:
        return 0
    stage("rejudged_keys", {"key": "text"}, pl.DataFrame({"key": keys}))
    ids = read(
        "SELECT r.id FROM syncengine_sourcerecord r JOIN rejudged_keys k ON k.key = r.key "
        "WHERE r.stream_id = %s AND r.deleted_at IS NULL",
        {"id": pl.Int64()},
        [stream_id],
    )["id"]
    landed = read_landed(ids)
    SourceRecord.objects.filter(pk__in=ids.to_list()).update(digest=UNKNOWN)
    run = Run.objects.create(
        stream=stream, kind="replay", started_at=now, heartbeat_at=now, policy_version=policies.number,
        known_before=landing.count_live(stream_id),
    )  # fmt: skip
    declared = policies.stream(stream.source.name, stream.name)
    plan = compile_stream(declared, load())
    raw = rows_from_payloads(landed["body"].drop_nulls(), plan.columns)
    tally = take(raw, (), Reading(stream, declared, plan, policies, run.pk), now=now)
    tally.write(run.pk, state="succeeded", finished_at=now, known_after=landing.count_live(stream_id))
    return ids.len()

"""Replaying what was refused: the kept payloads go through the same stages again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import polars as pl
from django.db import transaction

from accounts.catalogue import load
from syncengine import landing
from syncengine.mapping import compile_stream, rows_from_payloads
from syncengine.models import DeadLetter, Run, Stream
from syncengine.pipeline.batch import Reading, take
from syncengine.pipeline.source_run import now_utc
from syncengine.policies import current_policies


def replay(
    dead_letter_ids: Sequence[int], *, waive_holds: bool = False, clock: Callable[[], datetime] = now_utc
) -> list[Run]:
    """Try refused records again under today's policies; one run a stream. What is refused again stays open."""
    letters = DeadLetter.objects.filter(pk__in=dead_letter_ids, state="open").exclude(stage="read")
    streams = Stream.objects.filter(pk__in=letters.values("stream_id")).select_related("source")
    return [_replay_stream(stream, letters.filter(stream=stream), waive_holds, clock()) for stream in streams]


def _replay_stream(stream: Stream, letters: object, waive_holds: bool, now: datetime) -> Run:
    policies = current_policies()
    chosen = list(letters.order_by("pk").values_list("pk", "key", "payload"))  # type: ignore[attr-defined]
    with transaction.atomic():
        run = Run.objects.create(
            stream=stream,
            kind="replay",
            started_at=now,
            heartbeat_at=now,
            policy_version=policies.number,
            known_before=landing.count_live(stream.pk),
        )
        DeadLetter.objects.filter(pk__in=[pk for pk, _, _ in chosen]).update(state="replayed", closed_at=now)
        declared = policies.stream(stream.source.name, stream.name)
        plan = compile_stream(declared, load())
        payloads = pl.Series([payload for _, _, payload in chosen], dtype=pl.String)
        raw = rows_from_payloads(payloads, plan.columns)
        tally = take(raw, (), Reading(stream, declared, plan, policies, run.pk, waive_holds), now=now)
        tally.write(run.pk, state="succeeded", finished_at=now, known_after=landing.count_live(stream.pk))
    run.refresh_from_db()
    return run

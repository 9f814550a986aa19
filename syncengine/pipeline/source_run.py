"""Reading one stream: lock it, read from its watermark, take batch after batch, keep the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl
import structlog
from django.db import transaction
from structlog.contextvars import bound_contextvars

from accounts.catalogue import load
from accounts.frames import rows
from accounts.models import SourceState
from accounts.partitions import ensure_partitions
from syncengine import breaker, landing
from syncengine.asking import request_of
from syncengine.connectors import ConnectorError, Kind, StreamRequest, open_connector
from syncengine.mapping import ConfigurationError, compile_stream
from syncengine.models import Run, Stream
from syncengine.operations import journal
from syncengine.operations.cancelling import Cancelled, raise_if_asked
from syncengine.operations.drift import Blocked
from syncengine.operations.habits import Seen, is_quiet
from syncengine.pipeline.absences import (
    GUARD_SHARE,
    MassChange,
    MassDeletion,
    Masses,
    believe_absences,
    believe_gone,
)
from syncengine.pipeline.batch import Reading, take
from syncengine.pipeline.observing import learn, look_for_drift
from syncengine.pipeline.tally import Tally
from syncengine.policies import PolicySet, current_policies
from syncengine.policies import Stream as Declared

log = structlog.get_logger(__name__)

Progress = Callable[[str, int], None]
STREAM_LOCK = 7301


class StreamBusy(Exception):
    """Another run is reading the stream."""


@dataclass(frozen=True, slots=True)
class _Source:
    declared: Declared
    reading: Reading
    request: StreamRequest


def now_utc() -> datetime:
    """The clock of runs; everything below takes its time as an argument."""
    return datetime.now(UTC)


def run_stream(
    stream_id: int,
    *,
    clock: Callable[[], datetime] = now_utc,
    progress: Progress | None = None,
    accept_changes: bool = False,
) -> Run:
    """Read what is new in a stream, up to the lane's queue. Raises StreamBusy while another run does.

    `accept_changes` believes the source however much of what is known it changes, or a complete listing lacks.
    """
    stream = Stream.objects.select_related("source").get(pk=stream_id)
    with _locked(stream):
        _close_interrupted(stream, clock())
        policies = current_policies()
        run = _start(stream, policies, clock(), "sync")
        with bound_contextvars(run_id=run.pk):
            return _run(run, stream, policies, clock, progress, accept_changes)


def _run(
    run: Run,
    stream: Stream,
    policies: PolicySet,
    clock: Callable[[], datetime],
    progress: Progress | None,
    accepted: bool,
) -> Run:
    """Failures a source can cause end in the run's message; anything else is a defect and is raised too."""
    try:
        _read(stream, run, policies, clock, progress, accepted)
    except (ConnectorError, ConfigurationError, MassChange, Blocked, Cancelled) as error:
        if isinstance(error, MassDeletion):
            Stream.objects.filter(pk=stream.pk).update(watermark=None)
        log.warning("run failed", stream=str(stream), reason=str(error))
        return _finish(run, stream, clock(), failure=error)
    except Exception as error:
        _finish(run, stream, clock(), failure=error)
        raise
    return _finish(run, stream, clock())


@contextmanager
def _locked(stream: Stream) -> Iterator[None]:
    """One reading of a stream's window at a time; the lock dies with the connection."""
    if not rows("SELECT pg_try_advisory_lock(%s, %s)", [STREAM_LOCK, stream.pk])[0][0]:
        raise StreamBusy(f"{stream.source.name}.{stream.name} is being read already")
    try:
        yield
    finally:
        rows("SELECT pg_advisory_unlock(%s, %s)", [STREAM_LOCK, stream.pk])


def _close_interrupted(stream: Stream, now: datetime) -> None:
    """With the lock held, a run still marked as running was killed; what it committed stands."""
    Run.objects.filter(stream=stream, state="running").update(
        state="failed", finished_at=now, message="interrupted; what had landed by then stands"
    )


def _start(stream: Stream, policies: PolicySet, now: datetime, kind: str) -> Run:
    ensure_partitions(now.date())
    declared = policies.stream(stream.source.name, stream.name)
    SourceState.objects.update_or_create(
        source=stream.source,
        stream=stream.name,
        defaults={
            "object": stream.object, "state": "running", "last_run_at": now,
            "target_seconds": int(declared.freshness.total_seconds()),
        },
    )  # fmt: skip
    return Run.objects.create(
        stream=stream,
        kind=kind,
        started_at=now,
        heartbeat_at=now,
        policy_version=policies.number,
        known_before=landing.count_live(stream.pk),
    )


def _read(
    stream: Stream,
    run: Run,
    policies: PolicySet,
    clock: Callable[[], datetime],
    progress: Progress | None,
    accepted: bool,
) -> None:
    source = _source(stream, run, policies, clock())
    seen: list[pl.Series] = []
    complete = False
    masses, brought = Masses(stream, run.known_before, accepted), Seen()
    declared = policies.sources[stream.source.name]
    with open_connector(declared.kind, declared.connection, timezone=declared.timezone) as connector:
        look_for_drift(connector, source.request, source.reading, clock())
        for batch in connector.read(source.request):
            _take_batch(batch.rows, batch.refused, batch.watermark, run, source.reading, clock(), masses)
            raise_if_asked(run.pk)
            brought.take(batch.rows)
            seen.append(batch.rows[source.declared.key] if batch.rows.width else pl.Series([], dtype=pl.String))
            complete = batch.complete
            if progress:
                progress(f"{stream.source.name} {stream.name}", batch.rows.height)
        guard = 1.0 if accepted else GUARD_SHARE
        believe_absences(connector, source.request, source.reading, seen, complete=complete, clock=clock, guard=guard)
    learn(source.reading, brought, whole=complete, changed=masses.any, now=clock())


def _source(stream: Stream, run: Run, policies: PolicySet, until: datetime) -> _Source:
    declared = policies.stream(stream.source.name, stream.name)
    plan = compile_stream(declared, load())
    request = request_of(declared, until=until, watermark=stream.watermark)
    return _Source(declared, Reading(stream, declared, plan, policies, run.pk), request)


def _take_batch(
    raw: pl.DataFrame,
    refused: object,
    watermark: str | None,
    run: Run,
    reading: Reading,
    now: datetime,
    masses: Masses | None = None,
) -> None:
    """Rows, ledger, log and watermark move together or not at all."""
    with transaction.atomic():
        tally = take(raw, refused, reading, now=now) if raw.height or refused else Tally()  # type: ignore[arg-type]
        if masses is not None:
            masses.add(tally)
        run.stages = _merged(run.stages, tally.stages)
        tally.write(run.pk, heartbeat_at=now, stages=run.stages)
        if tally.read:
            journal.write(run.pk, tally.told, at=now, level="warn" if tally.rejected else "info")
        if watermark is not None:
            Stream.objects.filter(pk=reading.stream.pk).update(watermark=watermark)


def _merged(stages: dict[str, float], more: dict[str, float]) -> dict[str, float]:
    return {name: round(stages.get(name, 0) + more.get(name, 0), 3) for name in {**stages, **more}}


def _finish(run: Run, stream: Stream, now: datetime, *, failure: Exception | None = None) -> Run:
    if failure is None:
        breaker.note_success(stream.source_id, now=now)
    elif isinstance(failure, ConnectorError) and failure.kind is Kind.RETRY:
        breaker.note_failure(stream.source_id, now=now, reason=str(failure), retry_after=failure.retry_after)
    state = _end_of(failure)
    after = landing.count_live(stream.pk)
    message = "" if failure is None else str(failure)
    Run.objects.filter(pk=run.pk).update(state=state, finished_at=now, message=message, known_after=after)
    run.refresh_from_db()
    if failure is not None:
        journal.write(run.pk, message, at=now, level="warn" if state == "cancelled" else "error")
    good = "quiet" if is_quiet(stream.habits, now=now) else "ok"
    words = {"succeeded": good, "stopped": "action", "failed": "error", "cancelled": "ok"}
    changes: dict[str, object] = {"state": words[state], "message": message, "rows": after}
    if state == "succeeded":
        changes |= {"last_success_at": now, "data_at": run.started_at, "refused": _open_refused(stream)}
    SourceState.objects.filter(source=stream.source, stream=stream.name).update(**changes)
    return run


def _end_of(failure: Exception | None) -> str:
    if failure is None:
        return "succeeded"
    if isinstance(failure, MassChange | Blocked):
        return "stopped"
    return "cancelled" if isinstance(failure, Cancelled) else "failed"


def _open_refused(stream: Stream) -> int:
    return stream.dead_letters.filter(state="open").exclude(severity="warn").count()


def refresh_records(
    stream_id: int,
    keys: tuple[str, ...],
    *,
    clock: Callable[[], datetime] = now_utc,
    gone_if_absent: frozenset[str] = frozenset(),
) -> Run:
    """Fetch these records of a stream at once, also while a bulk run is reading it.

    Those of `gone_if_absent` the source itself called deleted: where it has none of them, they are.
    """
    stream = Stream.objects.select_related("source").get(pk=stream_id)
    policies = current_policies()
    run = _start(stream, policies, clock(), "refresh")
    source = _source(stream, run, policies, clock())
    declared = policies.sources[stream.source.name]
    request = replace(source.request, keys=keys)
    try:
        with open_connector(declared.kind, declared.connection, timezone=declared.timezone) as connector:
            met: set[str] = set()
            for batch in connector.read(request):
                _take_batch(batch.rows, batch.refused, None, run, source.reading, clock())
                met |= set(batch.rows[source.declared.key].drop_nulls()) if batch.rows.height else set()
        believe_gone(sorted(gone_if_absent - met), source.reading, clock())
    except (ConnectorError, ConfigurationError) as error:
        return _finish(run, stream, clock(), failure=error)
    return _finish(run, stream, clock())

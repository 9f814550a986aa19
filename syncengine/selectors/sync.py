"""How the sources are doing: freshness, runs with their ledgers, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from accounts.access import treatment
from accounts.models import SourceState, User
from syncengine.models import DeadLetter, Run, Stream
from syncengine.policies.beat import next_readings

STRIP = 30
ORDER = {"error": 0, "action": 1, "late": 2, "quiet": 3, "running": 4, "new": 5, "ok": 6, "paused": 7}


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One line of the board: a stream, its state in words, its age against its target, its last runs."""

    stream: Stream
    state: str
    message: str
    age: timedelta | None
    target: timedelta
    rows: int
    open_refused: int
    runs: list[Run]
    next_at: datetime | None = None

    @property
    def late(self) -> bool:
        """Whether the data are older than they should be."""
        return self.age is None or self.age > self.target


def may_see_runs(user: User) -> bool:
    """Whether the person has any business on the operations pages."""
    return treatment(user, "runs") != "none"


def list_sources(user: User, *, now: datetime) -> list[StreamRow]:
    """Every active stream, the worst first."""
    if not may_see_runs(user):
        return []
    streams = list(Stream.objects.filter(active=True).select_related("source", "owner").order_by("source_id", "id"))
    states = {(state.source_id, state.stream): state for state in SourceState.objects.all()}
    refused = dict(_open_letters().order_by().values_list("stream").annotate(Count("id")))
    runs, coming = _last_runs([stream.pk for stream in streams]), next_readings(now=now)
    rows = [
        replace(_row(stream, states.get((stream.source_id, stream.name)), refused.get(stream.pk, 0), runs, now),
                next_at=coming.get(stream.pk))
        for stream in streams
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (ORDER[row.state], row.stream.source_id, row.stream.pk))


def _row(
    stream: Stream, state: SourceState | None, refused: int, runs: dict[int, list[Run]], now: datetime
) -> StreamRow:
    target = timedelta(seconds=state.target_seconds if state else 3600)
    age = now - state.data_at if state and state.data_at else None
    word = state.state if state else "new"
    if word == "ok" and age is not None and age > target:
        word = "late"
    return StreamRow(
        stream=stream,
        state=word,
        message=state.message if state else "",
        age=age,
        target=target,
        rows=state.rows if state else 0,
        open_refused=refused,
        runs=runs.get(stream.pk, []),
    )


def _last_runs(stream_ids: list[int]) -> dict[int, list[Run]]:
    """The last runs of each stream, oldest first, in one query."""
    found = Run.objects.raw(
        "SELECT r.* FROM unnest(%s::smallint[]) s (stream) CROSS JOIN LATERAL (SELECT * FROM syncengine_run "
        "WHERE stream_id = s.stream ORDER BY id DESC LIMIT %s) r ORDER BY r.stream_id, r.id",
        [stream_ids, STRIP],
    )
    grouped: dict[int, list[Run]] = {}
    for run in found:
        grouped.setdefault(run.stream_id or 0, []).append(run)
    return grouped


def list_runs(user: User, *, stream_id: int | None = None) -> QuerySet[Run]:
    """Runs, the newest first; rounds of the lane included unless a stream is named."""
    if not may_see_runs(user):
        return Run.objects.none()
    runs = Run.objects.select_related("stream__source").order_by("-id")
    return runs.filter(stream_id=stream_id) if stream_id else runs


def get_run(user: User, run_id: int) -> Run | None:
    """One run, or None where the person may not see runs."""
    return list_runs(user).filter(pk=run_id).first()


def _open_letters() -> QuerySet[DeadLetter]:
    return DeadLetter.objects.filter(state="open").exclude(severity="warn")


def list_refused(user: User, *, stream_id: int | None = None, run_id: int | None = None) -> QuerySet[DeadLetter]:
    """Open refused and held records; payloads are for those who may see them (see `show_payload`)."""
    if not may_see_runs(user):
        return DeadLetter.objects.none()
    letters = _open_letters().select_related("stream__source").order_by("-id")
    if stream_id:
        letters = letters.filter(stream_id=stream_id)
    return letters.filter(run_id=run_id) if run_id else letters


def show_payload(user: User) -> bool:
    """Whether the person may read what the record said, values included."""
    return treatment(user, "runs") == "full"

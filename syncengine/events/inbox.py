"""The inbox: events stored once, then the records they name fetched, each stream in one call."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from kombu.exceptions import OperationalError

from accounts.frames import rows
from accounts.models import Source
from syncengine.events.reviews import open_reviews
from syncengine.events.shapes import Told
from syncengine.models import InboxEvent, Run, SourceRecord, Stream

EVENTS_TASK = "syncengine.take_events"
LIMIT = 500
LONGEST_PAUSE = 3600.0
GIVE_UP_AFTER = 20
INBOX_LOCK = 7305
Refresh = Callable[..., Run]


@transaction.atomic
def store_events(told: Sequence[Told], *, via: str, now: datetime) -> int:
    """Note events; one that is known changes nothing. How many were new."""
    sources = dict(Source.objects.filter(name__in={event.source for event in told}).values_list("name", "pk"))
    streams = {
        (source, name): pk
        for pk, source, name in Stream.objects.filter(source__in=sources.values()).values_list(
            "pk", "source__name", "name"
        )
    }
    ready = [
        InboxEvent(
            source_id=sources[event.source], event_id=event.id, kind=event.kind, key=event.key,
            stream_id=streams.get((event.source, event.stream)), fields=list(event.fields), occurred_at=event.at,
            received_at=now, next_at=now, needs_review=event.needs_review, via=via,
        )
        for event in told
        if event.source in sources
    ]  # fmt: skip
    known = InboxEvent.objects.filter(source__in=sources.values(), event_id__in=[event.event_id for event in ready])
    before = set(known.values_list("source_id", "event_id"))
    InboxEvent.objects.bulk_create(ready, ignore_conflicts=True)
    _wake()
    return len({(event.source_id, event.event_id) for event in ready} - before)


def _wake() -> None:
    transaction.on_commit(_send)


def _send() -> None:
    try:
        current_app.send_task(EVENTS_TASK, retry=False, ignore_result=True)
    except OperationalError:
        return  # the rows are the truth; the sweep of the schedule runs every few seconds


def take_events(*, refresh: Refresh, clock: Callable[[], datetime], jitter: Callable[[], float] = random.random) -> int:
    """Fetch what waits, every stream in one call; how many events were taken.

    An event older than the state that is known calls nobody. `refresh` fetches records through the pipeline.
    """
    if not rows("SELECT pg_try_advisory_lock(%s)", [INBOX_LOCK])[0][0]:
        return 0  # another worker is at it, and looks again before it ends
    try:
        taken = 0
        while found := _waiting(clock()):
            taken += _take(found, refresh, clock, jitter)
        return taken
    finally:
        rows("SELECT pg_advisory_unlock(%s)", [INBOX_LOCK])


def _waiting(now: datetime) -> list[InboxEvent]:
    waiting = InboxEvent.objects.filter(state="received", next_at__lte=now)
    return list(waiting.order_by("occurred_at", "id")[:LIMIT])


def _take(
    found: Sequence[InboxEvent], refresh: Refresh, clock: Callable[[], datetime], jitter: Callable[[], float]
) -> int:
    _drop_superseded([event.pk for event in found], clock())
    open_reviews([event.pk for event in found if event.needs_review], now=clock())
    alive = InboxEvent.objects.filter(pk__in=[event.pk for event in found], state="received")
    by_stream: dict[int | None, list[InboxEvent]] = defaultdict(list)
    for event in alive.order_by("id"):
        by_stream[event.stream_id].append(event)
    for stream_id, events in by_stream.items():
        _fetch(stream_id, events, refresh, clock, jitter)
    return len(found)


def _drop_superseded(ids: Sequence[int], now: datetime) -> None:
    """Events that tell of a state at or before the one we hold."""
    known = SourceRecord.objects.filter(
        stream_id=OuterRef("stream_id"), key=OuterRef("key"), modified_at__gt=OuterRef("occurred_at")
    )
    events = InboxEvent.objects.filter(pk__in=ids, occurred_at__isnull=False).exclude(kind__endswith=".deleted")
    events.filter(Exists(known)).update(state="superseded", done_at=now, reason="a newer state is known")


def _fetch(
    stream_id: int | None,
    events: Sequence[InboxEvent],
    refresh: Refresh,
    clock: Callable[[], datetime],
    jitter: Callable[[], float],
) -> None:
    rows_of = InboxEvent.objects.filter(pk__in=[event.pk for event in events])
    if stream_id is None:
        rows_of.update(state="failed", done_at=clock(), reason="the source has no such stream any more")
        return
    keys = tuple(dict.fromkeys(event.key for event in events))
    gone = frozenset(event.key for event in events if event.kind.endswith(".deleted"))
    run = refresh(stream_id, keys, gone_if_absent=gone)
    if run.state == "succeeded":
        rows_of.update(state="done", done_at=clock(), reason="")
        return
    tried = max(event.attempts for event in events)
    pause = min(LONGEST_PAUSE, 2.0 * 2**tried) * (0.5 + jitter())
    rows_of.update(attempts=F("attempts") + 1, next_at=clock() + timedelta(seconds=pause), reason=run.message)
    rows_of.filter(Q(attempts__gte=GIVE_UP_AFTER)).update(state="failed", done_at=clock())

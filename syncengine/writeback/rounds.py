"""A sender's round: requests taken, due messages advanced, and what was settled read again in the ordinary way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

import polars as pl

from accounts.catalogue import load
from syncengine.landing import mark_dirty
from syncengine.models import OutboxMessage
from syncengine.policies import current_policies
from syncengine.writeback.copies import plan_copies
from syncengine.writeback.outbox import due, expire_leases
from syncengine.writeback.requests import take_requests
from syncengine.writeback.send import advance, now_utc

Refresh = Callable[[int, tuple[str, ...]], object]
ACCOUNT = load()["account"].code
SETTLED = ("confirmed", "refused", "conflict")
PASSES = 20


def send_round(*, refresh: Refresh, clock: Callable[[], datetime] = now_utc, limit: int = 50) -> dict[str, int]:
    """Everything whose turn it is; how many messages ended in which state.

    `refresh` fetches single records of a stream through the pipeline, which alone knows its order.
    """
    take_requests(now=clock())
    plan_copies(current_policies(), now=clock())
    expire_leases(clock())
    counts: dict[str, int] = defaultdict(int)
    for _ in range(PASSES):
        ids = due(clock(), limit=limit)
        if not ids:
            break
        for message_id in ids:
            counts[advance(message_id, clock=clock)] += 1
        _read_again(ids, refresh, clock)
    return dict(counts)


def _read_again(ids: list[int], refresh: Refresh, clock: Callable[[], datetime]) -> None:
    """What a target says now comes in as any other change, and waiting decisions are looked at anew."""
    settled = OutboxMessage.objects.filter(pk__in=ids, state__in=SETTLED, object=ACCOUNT, stream__active=True)
    settled = settled.filter(key__isnull=False)
    keys: dict[int, list[str]] = defaultdict(list)
    for stream_id, key in settled.values_list("stream_id", "key"):
        keys[stream_id].append(key or "")
    for stream_id, named in keys.items():
        refresh(stream_id, tuple(dict.fromkeys(named)))
    records = [pk for pk in settled.values_list("record_id", flat=True) if pk]
    mark_dirty(ACCOUNT, pl.Series(records, dtype=pl.Int64), stream_id=None, cause="write-back settled", now=clock())

"""Records a source has no more: believed after a complete listing or the source's own word, never in masses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import transaction

from accounts.catalogue import load
from accounts.golden.shape import GOLDEN
from syncengine import landing
from syncengine.canonical import bury
from syncengine.connectors import Connector, StreamRequest
from syncengine.landing import Landing, mark_dirty
from syncengine.models import Stream
from syncengine.pipeline.batch import Reading
from syncengine.pipeline.tally import Tally

GUARD_SHARE, GUARD_ROWS = 0.3, 100
CHANGED_SHARE, CHANGED_ROWS = 0.6, 500  # master data only: figures such as stock and scores change in masses daily


class MassChange(Exception):
    """A run would change or delete so many known records that people are asked first."""


class MassDeletion(MassChange):
    """A listing lacks so many; it has to be met again, or the question would be forgotten."""


@dataclass(slots=True)
class Masses:
    """How many known records a run has changed and deleted so far, and how many it may."""

    stream: Stream
    live: int
    accepted: bool = False
    created: int = 0
    changed: int = 0
    gone: int = 0

    def add(self, tally: Tally) -> None:
        """Count a batch before it is committed. Raises MassChange."""
        self.created += tally.created
        self.changed, self.gone = self.changed + tally.updated, self.gone + tally.tombstoned
        if self.accepted:
            return
        if self.gone > max(GUARD_ROWS, GUARD_SHARE * self.live):
            raise MassChange(f"{self.gone} of {self.live} known records would be deleted. {_if_right(self.stream)}")
        if self.stream.object in GOLDEN and self.changed > max(CHANGED_ROWS, CHANGED_SHARE * self.live):
            raise MassChange(f"{self.changed} of {self.live} known records would change. {_if_right(self.stream)}")

    @property
    def any(self) -> bool:
        """Whether the run brought anything new."""
        return bool(self.created + self.changed + self.gone)


def _if_right(stream: Stream) -> str:
    named = f"manage.py sync {stream.source.name} --stream {stream.name} --accept-changes"
    return f"If that is right, accept it on the stream's page or with {named}"


def believe_absences(
    connector: Connector,
    request: StreamRequest,
    reading: Reading,
    seen: list[pl.Series],
    *,
    complete: bool,
    clock: Callable[[], datetime],
    guard: float,
) -> None:
    """Deletions are believed only after a complete listing; an unusual share of them stops the run."""
    stream = reading.stream
    if complete:
        keys = pl.concat(seen) if seen else pl.Series([], dtype=pl.String)
    elif request.listing == "full" and connector.kind != "files" and connector.lists_keys(request):
        keys = pl.Series([key for part in connector.list_keys(request) for key in part], dtype=pl.String)
    else:
        return
    now = clock()
    with transaction.atomic():
        gone, live = landing.absent_records(stream.pk, keys.drop_nulls().str.strip_chars())
        if gone.height > GUARD_ROWS and gone.height > guard * live:
            raise MassDeletion(
                f"{gone.height} of {live} known records are missing from the listing; nothing was deleted. "
                f"{_if_right(stream)}"
            )
        if gone.height:
            _bury(gone, reading, now)
            Tally(absent=gone.height).write(reading.run_id)
        Stream.objects.filter(pk=stream.pk).update(listed_at=now)


def believe_gone(keys: list[str], reading: Reading, now: datetime) -> None:
    """Records the source called deleted, and does not have any more when asked."""
    if not keys:
        return
    with transaction.atomic():
        known = landing.known_records(reading.stream.pk, pl.Series(keys, dtype=pl.String))
        gone = known.filter(~pl.col("known_gone")).select("key", "record_id")
        if gone.height:
            _bury(gone, reading, now)
            Tally(absent=gone.height).write(reading.run_id)


def _bury(gone: pl.DataFrame, reading: Reading, now: datetime) -> None:
    stream = reading.stream
    landing.bury(gone, Landing(stream.pk, reading.run_id, now))
    code = load()[stream.object].code
    if stream.object not in GOLDEN:
        mark_dirty(code, gone["record_id"], stream_id=stream.pk, cause="absent", now=now)
        return
    landing.stage("gone_keys", {"key": "text"}, gone)
    ids = landing.read(
        f"SELECT x.id FROM accounts_{stream.object}crosswalk x JOIN gone_keys g ON g.key = x.key "
        "WHERE x.source_id = %s",
        {"record_id": pl.Int64()},
        [stream.source_id],
    )
    landing.stage("gone_canonical", {"record_id": "bigint"}, ids)
    bury(stream.object, "gone_canonical")
    mark_dirty(code, ids["record_id"], stream_id=stream.pk, cause="absent", now=now)

"""What a reading shows of its source besides its records: columns that changed, habits that broke."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from syncengine.connectors import Connector, ConnectorError, StreamRequest
from syncengine.models import SchemaDrift, Stream
from syncengine.operations import journal
from syncengine.operations.drift import Blocked, blocking, note_columns, note_habits
from syncengine.operations.habits import Seen, broken, learnt
from syncengine.pipeline.batch import Reading


def look_for_drift(connector: Connector, request: StreamRequest, reading: Reading, now: datetime) -> None:
    """Columns that came, went or changed since the last reading; a source that cannot tell them tells by failing.

    Raises Blocked.
    """
    why = blocking(reading.stream.pk)
    if why:
        raise Blocked(why)
    if reading.declared.sparse and connector.kind != "tryton":
        return  # rows name only the columns they have, so a column that is not there says nothing
    with suppress(ConnectorError):
        columns = connector.columns(request)
        _tell(note_columns(reading.stream, columns, set(reading.plan.columns), now=now), reading, now)


@transaction.atomic
def learn(reading: Reading, brought: Seen, *, whole: bool, changed: bool, now: datetime) -> None:
    """Note what the reading broke of the stream's habits, then count it among them."""
    stream = reading.stream
    found = list(broken(stream.habits, brought, whole=whole))
    _tell(note_habits(stream, found, set(reading.plan.columns), now=now), reading, now)
    if brought.rows or changed:
        stream.habits = learnt(stream.habits, brought, changed=changed, now=now)
        Stream.objects.filter(pk=stream.pk).update(habits=stream.habits)


def _tell(drifts: Sequence[SchemaDrift], reading: Reading, now: datetime) -> None:
    for drift in drifts:
        journal.write(reading.run_id, drift.told, at=now, level="warn" if drift.state == "open" else "info")

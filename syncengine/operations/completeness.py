"""Completeness proved against the source: by count and by key, the missing ones named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import polars as pl
from django.db import transaction

from accounts.frames import read, rows, stage
from syncengine.asking import request_of
from syncengine.connectors import open_connector
from syncengine.models import KeyProof, Stream
from syncengine.policies import current_policies

NAMED = 200


class CannotList(Exception):
    """The source cannot name its keys."""


def prove_completeness(stream_id: int, *, now: datetime) -> KeyProof:
    """Every live key of the source against every live record we know. Raises CannotList, ConnectorError."""
    stream = Stream.objects.select_related("source").get(pk=stream_id)
    source = current_policies().sources[stream.source.name]
    request = request_of(source.streams[stream.name], until=now)
    with open_connector(source.kind, source.connection, timezone=source.timezone) as connector:
        if not connector.lists_keys(request):
            raise CannotList(f"{stream.source.label} cannot list the keys of {stream.name}")
        return _compared(stream, connector.list_keys(request), now)


def _compared(stream: Stream, listed: Iterable[list[str]], now: datetime) -> KeyProof:
    with transaction.atomic():
        parts = [pl.Series(part, dtype=pl.String) for part in listed]
        keys = pl.concat(parts).str.strip_chars().unique().sort() if parts else pl.Series([], dtype=pl.String)
        stage("source_keys", {"key": "text"}, pl.DataFrame({"key": keys}))
        live = "syncengine_sourcerecord r WHERE r.stream_id = %s AND r.deleted_at IS NULL"
        known = int(rows(f"SELECT count(*) FROM {live}", [stream.pk])[0][0])
        missing = f"SELECT k.key FROM source_keys k WHERE NOT EXISTS (SELECT FROM {live} AND r.key = k.key)"
        extra = f"SELECT r.key FROM {live} AND NOT EXISTS (SELECT FROM source_keys k WHERE k.key = r.key)"
        refused = (
            f"SELECT count(*) FROM ({missing}) m JOIN (SELECT DISTINCT key FROM syncengine_deadletter d "
            "WHERE d.stream_id = %s AND d.state = 'open') d ON d.key = m.key"
        )
        explained = int(rows(refused, [stream.pk, stream.pk])[0][0])
        unexplained = (
            f"{missing} AND NOT EXISTS (SELECT FROM syncengine_deadletter d WHERE d.stream_id = {stream.pk} "
            "AND d.state = 'open' AND d.key = k.key)"
        )
        return KeyProof.objects.create(
            stream=stream, checked_at=now, listed=keys.len(), known=known, refused=explained,
            missing=_count(unexplained, stream.pk), missing_keys=_named(unexplained, stream.pk),
            extra=_count(extra, stream.pk), extra_keys=_named(extra, stream.pk),
        )  # fmt: skip


def _count(query: str, stream_id: int) -> int:
    return int(rows(f"SELECT count(*) FROM ({query}) x", [stream_id])[0][0])


def _named(query: str, stream_id: int) -> list[str]:
    return read(f"{query} ORDER BY 1 LIMIT {NAMED}", {"key": pl.String()}, [stream_id])["key"].to_list()

"""What records said on a past day: the payloads landed until then, mapped as the policies of that day had it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import polars as pl
from django.db.models import F

from accounts.catalogue import FieldSpec, load
from accounts.frames import read
from accounts.models import AccountLineage
from syncengine.mapping import compile_stream, map_rows, rows_from_payloads
from syncengine.models import PolicyVersion, Stream
from syncengine.policies import PolicySet, current_policies
from syncengine.policies.current import policies_of

Said = tuple[int, str, Any, datetime | None]
# Grain: one row a record of the customer, with the last state of it that had landed by then.
LANDED = """
SELECT r.stream_id, r.key, p.body, p.landed_at
  FROM unnest(%s::smallint[], %s::text[]) AS m (source_id, key)
  JOIN syncengine_stream t ON t.source_id = m.source_id AND t.object = 'account'
  JOIN syncengine_sourcerecord r ON r.stream_id = t.id AND r.key = m.key
   AND (r.deleted_at IS NULL OR r.deleted_at > %s)
 CROSS JOIN LATERAL (
    SELECT body, landed_at FROM syncengine_payload
     WHERE record_id = r.id AND landed_at <= %s ORDER BY landed_at DESC LIMIT 1
 ) p ORDER BY r.stream_id, r.key
"""
SHAPE: dict[str, pl.DataType] = {
    "stream_id": pl.Int16(), "key": pl.String(), "body": pl.String(), "landed_at": pl.Datetime("us", "UTC"),
}  # fmt: skip


def list_said(lineage: AccountLineage, spec: FieldSpec, at: datetime) -> Iterator[Said]:
    """(source id, key, value, observed at) of each record the customer had then."""
    landed = read(LANDED, SHAPE, [lineage.sources, lineage.keys, at, at])
    policies = _policies_then(lineage.policy_version)
    streams = {stream.pk: stream for stream in Stream.objects.annotate(system=F("source__name"))}
    for (stream_id,), states in landed.group_by("stream_id", maintain_order=True):
        yield from _mapped(streams[int(str(stream_id))], states, spec, policies, at)


def _policies_then(number: int) -> PolicySet:
    version = PolicyVersion.objects.filter(number=number).first()
    return policies_of(version) if version else current_policies()


def _mapped(stream: Any, states: pl.DataFrame, spec: FieldSpec, policies: PolicySet, at: datetime) -> Iterator[Said]:
    source = policies.sources.get(stream.system)
    declared = source.streams.get(stream.name) if source else None
    if declared is None:
        return
    plan = compile_stream(declared, load())
    told = map_rows(rows_from_payloads(states["body"], plan.columns), plan, now=at)[0].rows
    seen = dict(zip(states["key"], states["landed_at"], strict=True))
    for row in told.iter_rows(named=True):  # the records of one customer
        yield stream.source_id, row["key"], row.get(spec.column), row["modified_at"] or seen.get(row["key"])

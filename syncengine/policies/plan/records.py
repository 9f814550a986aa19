"""Source records mapped and judged by other rules than today's, from the payloads that were kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from accounts.catalogue import load
from accounts.frames import read
from accounts.golden.shape import GOLDEN
from syncengine.mapping import compile_stream, map_rows, rows_from_payloads
from syncengine.models import Stream as StreamRow
from syncengine.pipeline.batch import Reading, judged
from syncengine.policies.differences import remapped_streams
from syncengine.policies.plan.shapes import FieldChange, Judged
from syncengine.policies.shapes import FieldMap, PolicySet, Stream
from syncengine.records import MappedBatch, Refusal

ROWS_AT_ONCE = 100_000
SAMPLES = 5
HEAD = ("key", "source_version", "modified_at", "deleted", "published_at", "clocks", "invalid")
LANDED: dict[str, pl.DataType] = {"id": pl.Int64(), "body": pl.String()}


@dataclass(frozen=True)
class Overlay:
    """Canonical rows of one source that would say something else: key, and the columns after."""

    object: str
    source_id: int
    columns: tuple[str, ...]
    rows: pl.DataFrame


@dataclass
class Remapped:
    """What mapping and judging anew would change."""

    overlays: list[Overlay] = field(default_factory=list)
    documents: list[FieldChange] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)


def remap(before: PolicySet, after: PolicySet, *, now: datetime) -> Remapped:
    """Compare both mappings over what every changed stream has landed."""
    found = Remapped()
    for source, name in remapped_streams(before, after):
        row = StreamRow.objects.select_related("source").filter(source__name=source, name=name).first()
        if row is not None and before.stream(source, name).object == after.stream(source, name).object:
            _compare(row, before, after, found, now)
    return found


def _compare(row: StreamRow, before: PolicySet, after: PolicySet, found: Remapped, now: datetime) -> None:
    sides = [policies.stream(row.source.name, row.name) for policies in (before, after)]
    everyones = (*sides[0].rules, *sides[1].rules, *before.rules, *after.rules)
    kept = {name for rule in everyones for name in rule.fields}
    old, new = _restricted(sides[0], sides[1], kept), _restricted(sides[1], sides[0], kept)
    readings = [
        Reading(row, stream, compile_stream(stream, load()), policies, run_id=0)
        for stream, policies in ((old, before), (new, after))
    ]
    changes: dict[str, list[pl.DataFrame]] = {}
    verdict = Judged(f"{row.source.name}.{row.name}")
    for bodies in _landed(row.pk):
        was, becomes = _mapped_both(bodies, readings, now)
        for one, other in zip(was, becomes, strict=False):
            changes.setdefault(other.object, []).append(_differing(one, other))
        told = [[judged(b, r, now) for b in side] for side, r in zip((was, becomes), readings, strict=True)]
        verdict = _judged(verdict, *told)
    found.judged += [replace(verdict, freed=_freed(row, after, now))]
    for name, frames in changes.items():
        _keep(name, row.source_id, pl.concat(frames, how="diagonal_relaxed"), found)


def _mapped_both(bodies: pl.Series, readings: Sequence[Reading], now: datetime) -> tuple[list[MappedBatch], ...]:
    columns = {column for reading in readings for column in reading.plan.columns}
    raw = rows_from_payloads(bodies, tuple(columns))
    return tuple(map_rows(raw, reading.plan, now=now) for reading in readings)


def _restricted(stream: Stream, twin: Stream, kept: set[str]) -> Stream:
    """The stream with only the fields that differ, or that a rule looks at: the rest says the same."""
    others = [twin.also[place].fields if place < len(twin.also) else () for place in range(len(stream.also))]
    also = tuple(
        replace(entry, fields=_differing_maps(entry.fields, theirs, kept))
        for entry, theirs in zip(stream.also, others, strict=True)
    )
    return replace(stream, fields=_differing_maps(stream.fields, twin.fields, kept), also=also, sparse=True)


def _differing_maps(mine: Sequence[FieldMap], theirs: Sequence[FieldMap], kept: set[str]) -> tuple[FieldMap, ...]:
    known = {entry.field: entry for entry in theirs}
    return tuple(entry for entry in mine if entry.field in kept or known.get(entry.field) != entry)


def _landed(stream_id: int) -> Iterator[pl.Series]:
    """Payloads of the live records of a stream, in stretches of their ids."""
    last = 0
    while True:
        part = read(
            "SELECT r.id, p.body FROM syncengine_sourcerecord r "
            "JOIN syncengine_payload p ON p.record_id = r.id AND p.landed_at = r.changed_at "
            f"WHERE r.stream_id = %s AND r.id > %s AND r.deleted_at IS NULL ORDER BY r.id LIMIT {ROWS_AT_ONCE}",
            LANDED,
            [stream_id, last],
        )
        if not part.height:
            return
        yield part["body"]
        last = int(part["id"][-1])


def _differing(was: MappedBatch, becomes: MappedBatch) -> pl.DataFrame:
    """key, and every column that differs somewhere as `column` and `column:before`, of the rows that differ."""
    before, after = was.rows.drop(HEAD[1:], strict=False), becomes.rows.drop(HEAD[1:], strict=False)
    names = list(dict.fromkeys([*before.columns[1:], *after.columns[1:]]))
    kinds = {name: after.schema.get(name) or before.schema[name] for name in names}
    after = after.with_columns(pl.lit(None, kinds[n]).alias(n) for n in names if n not in after.columns)
    before = before.with_columns(pl.lit(None, kinds[n]).alias(n) for n in names if n not in before.columns)
    both = after.join(before.rename({name: f"{name}:before" for name in names}), on="key", how="inner")
    if not names:
        return both.clear()
    return both.filter(pl.any_horizontal([pl.col(n).ne_missing(pl.col(f"{n}:before")) for n in names]))


def _keep(name: str, source_id: int, frame: pl.DataFrame, found: Remapped) -> None:
    columns = [c for c in frame.columns if c != "key" and not c.endswith(":before")]
    changed = [c for c in columns if frame.select(pl.col(c).ne_missing(pl.col(f"{c}:before")).any()).item()]
    if not changed:
        return
    if name in GOLDEN:
        found.overlays.append(Overlay(name, source_id, tuple(changed), frame.select("key", *changed)))
        return
    for column in changed:
        rows = frame.filter(pl.col(column).ne_missing(pl.col(f"{column}:before")))
        some = rows.sort("key").head(SAMPLES).select("key", f"{column}:before", column).rows()
        samples = tuple((str(key), shown(was), shown(becomes)) for key, was, becomes in some)
        found.documents.append(FieldChange(name, column.removesuffix("_key"), rows.height, samples))


def _judged(verdict: Judged, was: Sequence[MappedBatch], becomes: Sequence[MappedBatch]) -> Judged:
    """Records that would be refused, held or doubted and are not today; those that mapping refuses count as refused."""
    refused, held, warned = (_newly(was, becomes, name) for name in ("refused", "held", "warnings"))
    samples = tuple((r.key or "", r.reason) for r in (*refused, *held, *warned))
    return replace(
        verdict,
        refused=verdict.refused + len(refused),
        held=verdict.held + len(held),
        warned=verdict.warned + len(warned),
        samples=(*verdict.samples, *samples)[:SAMPLES],
    )


def _newly(was: Sequence[MappedBatch], becomes: Sequence[MappedBatch], name: str) -> list[Refusal]:
    known = {refusal.key for batch in was for refusal in getattr(batch, name)}
    return [refusal for batch in becomes for refusal in getattr(batch, name) if refusal.key not in known]


def _freed(row: StreamRow, after: PolicySet, now: datetime) -> int:
    """Refused and held records that the new rules would take."""
    query = (
        "SELECT DISTINCT ON (key) id, coalesce(edited_payload, payload) FROM syncengine_deadletter "
        "WHERE stream_id = %s AND state = 'open' AND severity <> 'warn' AND stage <> 'read' ORDER BY key, id DESC"
    )
    letters = read(query, LANDED, [row.pk])
    if not letters.height:
        return 0
    stream = after.stream(row.source.name, row.name)
    plan = compile_stream(replace(stream, sparse=True), load())
    mapped = map_rows(rows_from_payloads(letters["body"], plan.columns), plan, now=now)[0]
    return judged(mapped, Reading(row, stream, plan, after, run_id=0), now).rows.height


def shown(value: object) -> str:
    """A value as a plan prints it."""
    if isinstance(value, list | pl.Series):
        return ", ".join(map(str, value))
    return "—" if value is None else str(value)

"""Where may be written, in which words, and what stands there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from accounts.catalogue import FieldSpec, load
from accounts.catalogue.texts import NUMBERS
from syncengine.asking import request_of
from syncengine.connectors import Change, Connector, Writer, open_connector, open_writer
from syncengine.mapping import compile_stream, map_rows
from syncengine.mapping.words import SPLIT
from syncengine.models import Stream
from syncengine.policies import FieldMap, PolicySet, Source
from syncengine.policies import Stream as Declared
from syncengine.policies.shapes import Copy, Write
from syncengine.texts import text_expr


@dataclass(frozen=True)
class Target:
    """A stream that may be written to."""

    stream: Stream
    declared: Declared
    source: Source
    write: Write
    copy: Copy | None = None

    @property
    def label(self) -> str:
        """The target as people know it."""
        return self.source.label


@dataclass(frozen=True, slots=True)
class Current:
    """A target's record as it is now: its raw row, and what that means in our words."""

    row: Mapping[str, str | None]
    values: Mapping[int, str | None]

    def version(self, write: Write) -> str | None:
        """What the version column says."""
        return self.row.get(write.version) if write.version else None


class NoTarget(Exception):
    """The stream may not, or may no longer, be written to."""


def list_targets(policies: PolicySet, object_name: str = "account") -> list[Target]:
    """Every stream of an object that declares `write`, as far as it is in use."""
    rows = Stream.objects.filter(active=True, object=object_name).select_related("source")
    found = []
    for stream in rows.order_by("pk"):
        source = policies.sources.get(stream.source.name)
        declared = source.streams.get(stream.name) if source else None
        if source is not None and declared is not None and declared.write is not None:
            found.append(Target(stream, declared, source, declared.write))
    return found


def list_copies(policies: PolicySet) -> list[Target]:
    """Every place where rows that another system owns are kept too."""
    declared = {(s.name, name): (s, copy) for s in policies.sources.values() for name, copy in s.copies.items()}
    if not declared:
        return []
    rows = Stream.objects.filter(source__name__in={source for source, _ in declared}).select_related("source")
    found = []
    for stream in rows.order_by("pk"):
        source, copy = declared.get((stream.source.name, stream.name), (None, None))
        if source is not None and copy is not None and copy.stream.write is not None:
            found.append(Target(stream, copy.stream, source, copy.stream.write, copy))
    return found


def get_target(policies: PolicySet, stream_id: int) -> Target:
    """The target of one stream. Raises NoTarget."""
    for target in (*list_targets(policies), *list_copies(policies)):
        if target.stream.pk == stream_id:
            return target
    raise NoTarget("the policies in force do not allow writing to this stream")


@contextmanager
def reading(target: Target) -> Iterator[Connector]:
    """The target's connector."""
    source = target.source
    with open_connector(source.kind, source.connection, timezone=source.timezone) as connector:
        yield connector


@contextmanager
def writing(target: Target) -> Iterator[Writer]:
    """The target's writer."""
    source = target.source
    with open_writer(source.kind, source.connection, timezone=source.timezone) as writer:
        yield writer


def read_current(target: Target, key: str, connector: Connector, *, now: datetime) -> Current | None:
    """The record as the target has it at this moment; None where it has none."""
    request = request_of(target.declared, until=now, keys=(key,))
    frames = [batch.rows for batch in connector.read(request) if batch.rows.height]
    if not frames:
        return None
    raw = frames[0]
    mapped = map_rows(raw, compile_stream(target.declared, load()), now=now)[0].rows
    if not mapped.height or mapped["deleted"][0]:
        return None
    fields = [field for field in load()[target.declared.object].fields.values() if field.column in mapped.columns]
    texts = mapped.select(text_expr(field).alias(str(field.code)) for field in fields).row(0, named=True)
    return Current(raw.row(0, named=True), {int(code): value for code, value in texts.items()})


def change_for(
    target: Target,
    values: Mapping[int, str | None],
    *,
    key: str | None,
    current: Current | None,
    marker: str,
    lines: Sequence[Mapping[str, str | None]] = (),
) -> Change:
    """What the writer is told: the values in the target's own columns and words."""
    spec = load()[target.declared.object]
    maps = {found.field: found for found in target.declared.fields}
    told = {}
    for code, text in values.items():
        field = spec.by_code[code]
        place = target.write.fields[field.name]
        told[place.column] = raw_text(field, text, place.values, maps[field.name])
    return Change(
        stream=request_of(target.declared, until=datetime.max),
        values=told,
        key=key,
        row=current.row if current else {},
        version_column=target.write.version,
        increments=target.write.increments,
        correlation_column=target.write.correlation,
        correlation=marker,
        lines=tuple(lines),
        lines_into=target.copy.lines.into if target.copy and target.copy.lines else {},
    )


def raw_text(field: FieldSpec, text: str | None, words: Mapping[str, str], read: FieldMap) -> str | None:
    """A value in the target's words: the mapping read backwards."""
    if text is None:
        return None
    if text in words:
        return words[text]
    if field.type == "boolean":
        told = read.true if text == "true" else read.false
        return told[0] if told else text
    if field.type in NUMBERS and read.decimal:
        return text.replace(".", read.decimal)
    if field.type == "tags":
        return _separator(read).join(text.split(";"))
    if field.type == "date" and read.format:
        return pl.Series([text]).str.to_date().dt.strftime(read.format)[0]
    return text


def _separator(read: FieldMap) -> str:
    found = next((match for name in read.transform if (match := SPLIT.match(name))), None)
    return found[2] if found else ";"

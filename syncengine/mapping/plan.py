"""A stream compiled: which columns it needs and how each object it tells is made from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from accounts.catalogue import Catalogue, FieldSpec
from syncengine.mapping.conversions import (
    TEMPLATE_PLACE,
    Conversion,
    build_conversion,
    template_expr,
)
from syncengine.policies.shapes import AlsoMap, FieldMap, Stream

CLOCK = "clock:"


@dataclass(frozen=True)
class ObjectPlan:
    """One object told by a row: its key, its fields, and the columns without which it is not told."""

    object: str
    key: pl.Expr
    conversions: tuple[Conversion, ...]
    unless_empty: tuple[str, ...] = ()
    clocks: tuple[Conversion, ...] = ()  # when single fields changed, where the source tells it


@dataclass(frozen=True)
class MappingPlan:
    """A stream ready to be mapped; the first object is its primary one."""

    stream: str
    columns: tuple[str, ...]
    objects: tuple[ObjectPlan, ...]
    modified: FieldMap | None
    published: FieldMap | None
    version: str | None
    deleted: FieldMap | None
    timezone: str
    sparse: bool  # rows name only the keys they have: a column absent from a batch is an empty one there


def compile_stream(stream: Stream, catalogue: Catalogue) -> MappingPlan:
    """The stream's mapping as Polars expressions."""
    primary = _object_plan(stream.object, stream.key, stream.fields, (), stream.timezone, catalogue)
    further = [
        _object_plan(also.object, also.key, also.fields, also.unless_empty, stream.timezone, catalogue)
        for also in stream.also
    ]
    return MappingPlan(
        stream=f"{stream.source}.{stream.name}",
        columns=tuple(dict.fromkeys(_needed_columns(stream))),
        objects=(primary, *further),
        modified=stream.modified,
        published=stream.published,
        version=stream.version,
        deleted=stream.deleted,
        timezone=stream.timezone,
        sparse=stream.sparse,
    )


def _object_plan(
    name: str,
    key: str,
    fields: Sequence[FieldMap],
    unless_empty: tuple[str, ...],
    timezone: str,
    catalogue: Catalogue,
) -> ObjectPlan:
    specs = catalogue[name].fields
    conversions = tuple(build_conversion(specs[m.field], m, timezone=timezone) for m in fields)
    clocks = tuple(_clock(specs[m.field].code, m, timezone) for m in fields if m.changed)
    return ObjectPlan(name, key_expr(key).alias("key"), conversions, unless_empty, clocks)


def _clock(code: int, field_map: FieldMap, timezone: str) -> Conversion:
    """The time a field changed; one nobody can read counts as not told."""
    name = f"{CLOCK}{code}"
    spec = FieldSpec(object="", name=name, code=0, type="datetime", sensitivity="", owner="", meaning="")
    told = FieldMap(name, (field_map.changed or "",), format=field_map.format, on_error="null")
    return build_conversion(spec, told, timezone=timezone)


def key_expr(key: str) -> pl.Expr:
    """A record's key: a column, or a text with `{Column}` places."""
    return template_expr(key) if TEMPLATE_PLACE.search(key) else pl.col(key)


def key_columns(key: str) -> list[str]:
    """The columns a key is made of."""
    return TEMPLATE_PLACE.findall(key) or [key]


def _needed_columns(stream: Stream) -> Iterable[str]:
    yield from key_columns(stream.key)
    for head in (stream.modified, stream.published, stream.deleted):
        yield from _map_columns([head] if head else [])
    if stream.version:
        yield stream.version
    yield from _map_columns(stream.fields)
    for also in stream.also:
        yield from _also_columns(also)


def _also_columns(also: AlsoMap) -> Iterable[str]:
    yield from key_columns(also.key)
    yield from also.unless_empty
    yield from _map_columns(also.fields)


def _map_columns(maps: Iterable[FieldMap]) -> Iterable[str]:
    for field_map in maps:
        yield from field_map.columns
        if field_map.changed:
            yield field_map.changed

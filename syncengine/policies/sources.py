"""One source file: the system, how to reach it, and its streams."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from accounts.catalogue import Catalogue, FieldSpec
from syncengine.policies.copies import read_copies
from syncengine.policies.customer_sync import read_customer_sync
from syncengine.policies.events import read_events
from syncengine.policies.mappings import read_field_map, read_field_maps
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.rules import read_rules
from syncengine.policies.schedules import parse_schedule
from syncengine.policies.sections import Section
from syncengine.policies.shapes import AlsoMap, FieldMap, Rule, Schedule, Source, Stream
from syncengine.policies.write import read_write

NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
SYSTEMS = ("crm", "erp", "helpdesk", "ai", "other")
# Per kind: what the connection needs, and what a stream's `read` needs one of.
KINDS = {
    "files": (("folder",), (("files",),)),
    "rest": (("url",), (("list", "one"),)),
    "sql": (("url",), (("table", "query"),)),
    "tryton": (("url", "database", "user", "password"), (("model",), ("fields",))),
}
SPARSE_SUFFIXES = (".jsonl", ".ndjson", ".json")


def read_source(section: Section, catalogue: Catalogue) -> Source | None:
    """The source a file declares, or None where it has no usable name."""
    name = section.word("source", needed=True)
    if not NAME.match(name):
        problem = f"“{name}” is no name for a source"
        section.mistake(section.at("source"), problem, "use small letters, digits and _")
        return None
    kind = section.one_of("kind", KINDS, "files", needed=True)
    zone = read_zone(section, "UTC")
    connection = section.plain("connection")
    _check_needs(section, connection, KINDS[kind][0], f"the connection of {name}")
    customer_sync = section.section("customer_sync_validation", "customer_sync_validation")
    everywhere = read_customer_sync(customer_sync, catalogue) if customer_sync else ()
    streams = _read_streams(section, name, kind, zone, everywhere, catalogue)
    return Source(
        name=name,
        label=section.word("label", name),
        kind=kind,
        system=section.one_of("system", SYSTEMS, "other"),
        connection=connection,
        streams=streams,
        timezone=zone,
        record_url=section.word("record_url"),
        events=read_events(section, streams),
        copies=read_copies(
            section, catalogue, streams,
            lambda below, copy: _read_stream(below, copy, name, kind, zone, (), catalogue, copied=True),
        ),
    )  # fmt: skip


def read_zone(section: Section, default: str) -> str:
    """The name of a time zone."""
    zone = section.text("timezone")
    if zone is not None and zone not in available_timezones():
        hint = did_you_mean(zone, available_timezones()) if len(zone) > 2 else ""
        known = hint if hint.startswith("did") else "write it like “Europe/Berlin”"
        section.mistake(section.at("timezone"), f"there is no time zone “{zone}”", known)
        return default
    return zone or default


def _read_streams(
    section: Section, source: str, kind: str, zone: str, everywhere: tuple[Rule, ...], catalogue: Catalogue
) -> dict[str, Stream]:
    streams = section.section("streams", "`streams`", needed=True)
    found = {}
    for name, key, value in streams.names() if streams else ():
        below = Section(section.document, value, f"the stream {name}")
        if not NAME.match(name):
            section.mistake(key, f"“{name}” is no name for a stream", "use small letters, digits and _")
        stream = _read_stream(below, name, source, kind, zone, everywhere, catalogue)
        if stream is not None:
            found[name] = stream
    return found


def _read_stream(
    section: Section,
    name: str,
    source: str,
    kind: str,
    zone: str,
    everywhere: tuple[Rule, ...],
    catalogue: Catalogue,
    copied: bool = False,
) -> Stream | None:
    object_name = section.one_of("object", catalogue.objects, "", needed=True)
    if not object_name:
        return None
    read = section.plain("read")
    for needs in KINDS[kind][1]:
        _check_needs(section, read, needs, f"`read` of {name}", any_of=True)
    maps, also, rules = _read_meaning(section, name, object_name, everywhere, catalogue)
    stream = Stream(
        name=name,
        source=source,
        object=object_name,
        read=read,
        key=section.word("key", needed=True),
        fields=maps,
        sparse=section.flag("sparse", _is_sparse(kind, read)),
        also=also,
        rules=rules,
        write=read_write(section, kind, catalogue[object_name], maps, copied=copied),
        **_read_head(section),
        **_read_pace(section, zone),
    )
    section.done()
    return stream


def _read_meaning(
    section: Section, name: str, object_name: str, everywhere: tuple[Rule, ...], catalogue: Catalogue
) -> tuple[tuple[FieldMap, ...], tuple[AlsoMap, ...], tuple[Rule, ...]]:
    """What a row tells: the fields of its object, further objects, and the rules for what is told."""
    fields = section.section("fields", f"the fields of {name}", needed=True)
    maps = read_field_maps(fields, catalogue[object_name]) if fields else ()
    told = (_read_also(entry, catalogue) for entry in section.sections("also", "an entry of `also`"))
    also = tuple(entry for entry in told if entry is not None)
    mapped = _mapped_fields(object_name, maps, also)
    rules = read_rules(section.sections("validate", "a rule"), object_name, mapped, catalogue)
    return maps, also, rules + tuple(rule for rule in everywhere if rule.object in mapped)


def _read_head(section: Section) -> dict[str, Any]:
    """What is read of every row beside its fields."""
    return {
        "modified": _head(section, "modified", "datetime"),
        "published": _head(section, "published", "datetime"),
        "version": section.text("version"),
        "deleted": _head(section, "deleted", "boolean"),
    }


def _read_pace(section: Section, zone: str) -> dict[str, Any]:
    """When and how far a stream is read."""
    return {
        "listing": section.one_of("listing", ("full", "delta"), "delta"),
        "schedule": _schedule(section),
        "freshness": section.duration("freshness", timedelta(hours=2)),
        "overlap": section.duration("overlap", timedelta(minutes=10)),
        "timezone": read_zone(section, zone),
    }


def _is_sparse(kind: str, read: dict[str, Any]) -> bool:
    # Rows of these name only the keys they have, so an absent column says nothing about the source.
    return kind in ("rest", "tryton") or str(read.get("files", "")).lower().endswith(SPARSE_SUFFIXES)


def _read_also(section: Section, catalogue: Catalogue) -> AlsoMap | None:
    golden = [spec.name for spec in catalogue.of_kind("golden")]
    object_name = section.one_of("object", golden, "", needed=True)
    key = section.word("key", needed=True)
    fields = section.section("fields", f"the fields of {object_name}", needed=True)
    unless_empty = section.texts("unless_empty")
    section.done()
    if not object_name or not fields:
        return None
    return AlsoMap(object_name, key, read_field_maps(fields, catalogue[object_name]), unless_empty)


def _mapped_fields(name: str, maps: tuple[FieldMap, ...], also: tuple[AlsoMap, ...]) -> dict[str, set[str]]:
    mapped = {name: {field_map.field for field_map in maps}}
    for entry in also:
        mapped.setdefault(entry.object, set()).update(field_map.field for field_map in entry.fields)
    return mapped


def _head(section: Section, name: str, kind: str) -> FieldMap | None:
    node = section.at(name)
    if node is None:
        return None
    spec = FieldSpec(object="", name=name, code=0, type=kind, sensitivity="", owner="", meaning="")
    return read_field_map(section, node, spec)


def _schedule(section: Section) -> Schedule:
    text = section.text("schedule")
    found = None if text is None else parse_schedule(text)
    if text is not None and found is None:
        hint = "write it like “5 minutes” or as five cron fields such as “0 6 * * 1-5”"
        section.mistake(section.at("schedule"), f"`schedule: {text}` is not understood", hint)
    return found or Stream.__dataclass_fields__["schedule"].default  # type: ignore[return-value]


def _check_needs(
    section: Section, given: dict[str, Any], needs: tuple[str, ...], what: str, *, any_of: bool = False
) -> None:
    there = [name for name in needs if given.get(name) not in (None, "")]
    missing = [name for name in needs if name not in there]
    if missing and not (any_of and there):
        words = (" or " if any_of else ", ").join(f"`{name}`" for name in missing)
        section.mistake(None, f"{what} needs {words}", "add it")

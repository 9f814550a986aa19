"""What two sets of policies say differently, as lines a person can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any, Literal

from syncengine.policies.shapes import PolicySet


@dataclass(frozen=True)
class Difference:
    """One thing added, changed or removed: its place, and what it was and will be."""

    kind: Literal["added", "changed", "removed"]
    place: str
    before: str = ""
    after: str = ""


def compare(before: PolicySet, after: PolicySet) -> list[Difference]:
    """Every difference, in the order of the policy's own structure."""
    skipped = ("number",)
    parts = [f.name for f in fields(PolicySet) if f.name not in skipped]
    return [d for part in parts for d in _walk(part, getattr(before, part), getattr(after, part))]


def changed_survivorship(before: PolicySet, after: PolicySet) -> list[str]:
    """Objects whose survivors may differ."""
    names = sorted({*before.survivorship, *after.survivorship})
    systems = [{s.name: s.system for s in policies.sources.values()} for policies in (before, after)]
    moved = systems[0] != systems[1]
    return [n for n in names if moved or before.survivorship.get(n) != after.survivorship.get(n)]


def remapped_streams(before: PolicySet, after: PolicySet) -> list[tuple[str, str]]:
    """Streams of both whose rows would map or be judged differently, though the source says the same."""
    found = []
    for source in after.sources.values():
        for stream in source.streams.values():
            known = before.sources.get(source.name)
            was = known.streams.get(stream.name) if known else None
            if was is not None and _meaning(before, was) != _meaning(after, stream):
                found.append((source.name, stream.name))
    return found


def _meaning(policies: PolicySet, stream: Any) -> tuple[Any, ...]:
    names = ("object", "key", "fields", "modified", "published", "version", "deleted", "timezone", "also")
    told = {stream.object, *(also.object for also in stream.also)}
    rules = [policies.rules_for(stream, name) for name in sorted(told)]
    return (*(getattr(stream, name) for name in names), rules)


def _walk(place: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    old, new = _children(before), _children(after)
    if old is None or new is None:
        yield Difference("changed", place, _text(before), _text(after))
        return
    for name in [*old, *(n for n in new if n not in old)]:
        below = f"{place}.{name}" if place else name
        if name not in new:
            yield Difference("removed", below, before=_text(old[name]))
        elif name not in old:
            yield Difference("added", below, after=_text(new[name]))
        else:
            yield from _walk(below, old[name], new[name])


def _children(value: Any) -> dict[str, Any] | None:
    """Named parts, or None for a plain value; lists of things with names are compared by name."""
    if isinstance(value, Mapping):
        return {str(key): part for key, part in value.items()}
    if isinstance(value, tuple):
        named = [_name(part) for part in value]
        return {name: part for name, part in zip(named, value, strict=True) if name} if all(named) else None
    if is_dataclass(value) and hasattr(value, "streams"):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if is_dataclass(value) and not _name(value):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if is_dataclass(value) and not hasattr(value, "product_code") and hasattr(value, "key"):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if is_dataclass(value) and hasattr(value, "default"):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    return None


def _name(part: Any) -> str:
    """What tells one entry of a list from another."""
    if hasattr(part, "rate"):
        return f"{part.currency} {part.date}"
    if hasattr(part, "product_code"):
        return f"{part.source} {part.key}"
    if hasattr(part, "severity"):
        return f"{part.object} {part.kind} {' '.join(part.fields)}"
    for attribute in ("field", "code", "name", "object"):
        if isinstance(getattr(part, attribute, None), str):
            return str(getattr(part, attribute))
    return ""


def _text(value: Any) -> str:
    if isinstance(value, timedelta):
        return str(value)
    if is_dataclass(value):
        given = {f.name: getattr(value, f.name) for f in fields(value) if getattr(value, f.name) != f.default}
        inner = {name: part for name, part in given.items() if part not in ((), "", None) and part != {}}
        return ", ".join(f"{name}: {_text(part)}" for name, part in inner.items())
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(part)}" for key, part in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(_text(part) for part in value)
    return "none" if value is None else str(value)

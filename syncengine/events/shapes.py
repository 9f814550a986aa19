"""Events read: the common envelope, and the shapes a source declares for its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syncengine.policies import PolicySet, Source
from syncengine.policies.shapes import EventShape

NEEDED = ("event_type", "source_system", "customer_id", "timestamp")
# Names of the envelope that are no fields of ours, and what they stand for.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "billing_address": ("street", "city", "region", "postcode", "country"),
    "address": ("street", "city", "region", "postcode", "country"),
    "legal_customer_name": ("legal_name",),
    "customer_name": ("name",),
    "customer_status": ("status",),
    "erp_customer_id": ("customer_number",),
}


class NotUnderstood(ValueError):
    """What is wrong with an event, so that its sender can mend it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One record of one stream that is said to have changed."""

    id: str
    kind: str
    source: str
    stream: str
    key: str
    fields: tuple[str, ...] = ()
    at: datetime | None = None
    needs_review: bool = False


def read_event(body: Any, policies: PolicySet, *, source: str | None, id: str | None) -> list[Told]:
    """The records an event is about. Raises NotUnderstood."""
    if isinstance(body, dict) and "source_system" in body:
        found = list(_envelope(body, policies, source, id))
    elif source is not None and source in policies.sources:
        found = list(_foreign(body, policies.sources[source], id))
    else:
        raise NotUnderstood("the event does not say which `source_system` it comes from")
    return found


def _envelope(body: Mapping[str, Any], policies: PolicySet, source: str | None, id: str | None) -> Iterator[Told]:
    missing = [name for name in NEEDED if not body.get(name)]
    if missing:
        raise NotUnderstood(f"the event lacks {', '.join(missing)}")
    named = _source(str(body["source_system"]), policies)
    if source is not None and named.name != source:
        raise NotUnderstood(f"the event says it comes from {named.name}, but it was signed as {source}")
    kind, fields = str(body["event_type"]), body.get("updated_fields", [])
    if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields):
        raise NotUnderstood("`updated_fields` must be a list of names")
    told = Told(
        id=id or _digest(body),
        kind=kind,
        source=named.name,
        stream=_stream(kind, named),
        key=str(body["customer_id"]),
        fields=tuple(field for name in fields for field in FIELDS.get(name, (name,))),
        at=_moment(body["timestamp"]),
        needs_review=bool(body.get("requires_finance_review", False)),
    )
    yield told


def _source(name: str, policies: PolicySet) -> Source:
    """By its name, else the one source that plays this part."""
    if name in policies.sources:
        return policies.sources[name]
    playing = [source for source in policies.sources.values() if source.system == name]
    if len(playing) != 1:
        raise NotUnderstood(f"there is no source “{name}”; there are {', '.join(sorted(policies.sources))}")
    return playing[0]


def _stream(kind: str, source: Source) -> str:
    """The stream of the object the event names; customers are our accounts."""
    named = kind.split(".")[0]
    wanted = "account" if named == "customer" else named
    streams = [stream.name for stream in source.streams.values() if stream.object == wanted]
    if not streams:
        raise NotUnderstood(f"{source.name} has no stream of {named} records")
    return streams[0]


def _foreign(body: Any, source: Source, id: str | None) -> Iterator[Told]:
    shapes = source.events.shapes if source.events else ()
    fitting = [(shape, item) for shape in shapes for item in _items(body, shape) if _fits(item, shape)]
    if not fitting:
        raise NotUnderstood(f"the event fits none of the shapes that {source.name} declares")
    for place, (shape, item) in enumerate(fitting):
        key = _at(item, shape.key)
        if key in (None, ""):
            raise NotUnderstood(f"the event has no `{shape.key}`")
        own = _at(item, shape.id) if shape.id else None
        kind = _at(item, shape.kind) if shape.kind else None
        yield Told(
            id=str(own) if own is not None else f"{id or _digest(body)}:{place}",
            kind=str(kind or f"{source.streams[shape.stream].object}.updated"),
            source=source.name,
            stream=shape.stream,
            key=str(key),
            at=_moment(_at(item, shape.at)) if shape.at else None,
        )


def _items(body: Any, shape: EventShape) -> list[Any]:
    listed = _at(body, shape.each) if shape.each else body
    return listed if isinstance(listed, list) else [listed]


def _fits(item: Any, shape: EventShape) -> bool:
    return isinstance(item, dict) and all(str(_at(item, path)) == value for path, value in shape.when.items())


def _at(value: Any, path: str | None) -> Any:
    for name in (path or "").split("."):
        if isinstance(value, list):
            value = value[int(name)] if name.isdigit() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _moment(value: Any) -> datetime | None:
    """ISO text, or seconds or milliseconds since 1970."""
    if value is None:
        return None
    try:
        if isinstance(value, int | float) or str(value).isdigit():
            number = float(value)
            return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        raise NotUnderstood(f"“{value}” is not a moment such as 2026-06-17T14:22:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()[:32]

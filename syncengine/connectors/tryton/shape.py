"""What a stream reads of a Tryton model, and of its children onto the same row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from syncengine.connectors.base import StreamRequest, need_read
from syncengine.connectors.errors import ConnectorError
from syncengine.connectors.tryton.decode import CREATED, WRITTEN, tryton_instant
from syncengine.connectors.window import Window

Domain = list[Any]
TIMES = (CREATED, WRITTEN)
KNOWN = {"model", "fields", "domain", "children", "scale"}
CHILD_KNOWN = {"model", "parent", "fields", "where", "order", "pick"}


@dataclass(frozen=True, slots=True)
class Child:
    """Records of another model that stand on their parent's row under `<name>.<field>`."""

    name: str
    model: str
    parent: str
    fields: tuple[str, ...]
    where: Domain
    order: list[list[str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """A model with the fields and children to read.

    `scale` multiplies fields: Tryton's shares of one become per cent, its negative credit notes positive.
    """

    model: str
    fields: tuple[str, ...]
    domain: Domain
    children: tuple[Child, ...]
    scale: Mapping[str, Decimal]


def shape_of(stream: StreamRequest) -> Shape:
    """Return the stream's declaration as a Shape."""
    _refuse_unknown(stream.read, KNOWN, stream.where)
    fields = tuple(need_read(stream, "fields"))
    children = tuple(_child(n, c, stream) for n, c in (stream.read.get("children") or {}).items())
    scale = {field: Decimal(str(factor)) for field, factor in (stream.read.get("scale") or {}).items()}
    return Shape(need_read(stream, "model"), fields, list(stream.read.get("domain") or []), children, scale)


def _child(name: str, given: Mapping[str, Any], stream: StreamRequest) -> Child:
    where = f"{stream.where}, child {name}"
    _refuse_unknown(given, CHILD_KNOWN, where)
    for word in ("model", "parent", "fields"):
        if not given.get(word):
            raise ConnectorError(f"needs `{word}`", where=where)
    order = [[field, "ASC"] for field in given.get("order") or ["id"]]
    return Child(name, given["model"], given["parent"], tuple(given["fields"]), list(given.get("where") or []), order)


def _refuse_unknown(given: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(given) - known):
        raise ConnectorError(f"does not know `{unknown[0]}`; knows {', '.join(sorted(known))}", where=where)


def changed_in(window: Window) -> Domain:
    """Return the condition for records changed in the window.

    `write_date` is empty until the first update, so creation counts till then. The end is taken to
    the end of its second: tables may hold microseconds where the clock asked about says seconds.
    """
    if window.since is None:
        return []
    since = tryton_instant(datetime.fromisoformat(window.since))
    until = tryton_instant(datetime.fromisoformat(window.until) + timedelta(seconds=1))
    return [
        [
            "OR",
            [[WRITTEN, ">=", since], [WRITTEN, "<", until]],
            [[WRITTEN, "=", None], [CREATED, ">=", since], [CREATED, "<", until]],
        ]
    ]

"""Single filters above a list, and those of the company's own fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.catalogue import FieldSpec, load
from accounts.filtersets.kinds import RANGES
from dashboards.templatetags.figures import words


@dataclass(frozen=True)
class Select:
    """A menu of one filter."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """A bound or a word one types."""

    name: str
    label: str
    kind: str
    value: str


def own_selects(offered: Sequence[str], given: Mapping[str, str]) -> list[Select]:
    """Menus of own fields with a vocabulary."""
    return [
        Select(spec.name, spec.label, given.get(spec.name, ""), _options(spec))
        for spec in load()["account"].own
        if spec.type in ("choice", "boolean") and spec.name in offered
    ]


def own_fields(offered: Sequence[str], given: Mapping[str, str]) -> list[Field]:
    """Own fields one types a word or bounds for."""
    return [
        Field(name, label, kind, given.get(name, ""))
        for spec in load()["account"].own
        if spec.type not in ("choice", "boolean", "tags")
        for name, label, kind in _bounds(spec)
        if name in offered
    ]


def own_labels() -> dict[str, str]:
    """What each filter of an own field is called."""
    own = load()["account"].own
    return {spec.name: spec.label for spec in own} | {n: label for spec in own for n, label, _ in _bounds(spec)}


def _options(spec: FieldSpec) -> Sequence[tuple[str, str]]:
    if spec.type == "boolean":
        return [("true", "Yes"), ("false", "No")]
    return [(choice, words(choice)) for choice in spec.choices]


def _bounds(spec: FieldSpec) -> list[tuple[str, str, str]]:
    if spec.type not in RANGES:
        return [(spec.name, spec.label, "text")]
    kind = "date" if spec.type in ("date", "datetime") else "number"
    low, high = ("on or after", "on or before") if kind == "date" else ("at least", "at most")
    return [(f"{spec.name}__gte", f"{spec.label} {low}", kind), (f"{spec.name}__lte", f"{spec.label} {high}", kind)]

"""The field catalogue as frozen dataclasses: what every object and field is, read once from fields.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

FIELDS_FILE = Path(__file__).with_name("fields.yaml")


@dataclass(frozen=True)
class FieldSpec:
    """One field of one object: its code, type, owner, sensitivity class and meaning."""

    object: str
    name: str
    code: int
    type: str
    sensitivity: str
    owner: str
    meaning: str
    unit: str | None = None
    of: str | None = None
    to: str | None = None
    choices: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The field's name as people read it."""
        return self.name.removesuffix("_date").removesuffix("_at").replace("_", " ").capitalize()

    @property
    def column(self) -> str:
        """Name of the field's column in a canonical frame: a reference travels as the source's key."""
        return f"{self.name}_key" if self.type == "reference" else self.name


@dataclass(frozen=True)
class ObjectSpec:
    """One object: its kind (golden, document, line), its model in accounts and its fields."""

    name: str
    label: str
    plural: str
    kind: str
    code: int
    model: str
    parent: str | None
    fields: Mapping[str, FieldSpec]

    @cached_property
    def by_code(self) -> dict[int, FieldSpec]:
        """Fields by their code, as lineage arrays name them."""
        return {field.code: field for field in self.fields.values()}


@dataclass(frozen=True)
class Catalogue:
    """Every object by name."""

    objects: Mapping[str, ObjectSpec]

    def __getitem__(self, name: str) -> ObjectSpec:
        return self.objects[name]

    def __contains__(self, name: object) -> bool:
        return name in self.objects

    def __iter__(self) -> Iterator[ObjectSpec]:
        return iter(self.objects.values())

    @cached_property
    def by_code(self) -> dict[int, ObjectSpec]:
        """Objects by their code, as crosswalk and change log name them."""
        return {spec.code: spec for spec in self.objects.values()}

    def of_kind(self, kind: str) -> list[ObjectSpec]:
        """The objects of one kind: golden, document or line."""
        return [spec for spec in self.objects.values() if spec.kind == kind]


def _field_spec(object_name: str, name: str, entry: dict[str, Any]) -> FieldSpec:
    rest = {key: entry.get(key) for key in ("unit", "of", "to")}
    return FieldSpec(
        object=object_name,
        name=name,
        code=entry["code"],
        type=entry["type"],
        sensitivity=entry["class"],
        owner=entry["owner"],
        meaning=entry["meaning"],
        choices=tuple(entry.get("choices", ())),
        **rest,
    )


def _object_spec(name: str, entry: dict[str, Any]) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        label=entry["label"],
        plural=entry["plural"],
        kind=entry["kind"],
        code=entry["code"],
        model=entry["model"],
        parent=entry.get("parent"),
        fields={field: _field_spec(name, field, values) for field, values in entry["fields"].items()},
    )


@cache
def load() -> Catalogue:
    """The catalogue of this version of the product."""
    document = yaml.safe_load(FIELDS_FILE.read_text(encoding="utf-8"))
    return Catalogue({name: _object_spec(name, entry) for name, entry in document.items()})

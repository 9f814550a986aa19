"""The field catalogue as frozen dataclasses: what every object and field is, read once from fields.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from accounts.catalogue.loader import LOADER

FIELDS_FILE = Path(__file__).with_name("fields.yaml")
OWN_PREFIX = "x_"  # what the company's own fields begin with; no shipped field ever does


@dataclass(frozen=True)
class FieldSpec:
    """One field of one object: its code, type, owner, sensitivity class and meaning.

    The last four are the company's own fields': `title` is the name people read, `filtered` and `searched` say
    what lists and search do with it, and `stored` is false while its column is only planned.
    """

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
    title: str = ""
    filtered: bool = False
    searched: bool = False
    stored: bool = True

    @property
    def label(self) -> str:
        """The field's name as people read it."""
        plain = self.name.removeprefix(OWN_PREFIX).removesuffix("_date").removesuffix("_at")
        return self.title or plain.replace("_", " ").capitalize()

    @property
    def own(self) -> bool:
        """Whether the company declared it; its column is no part of the models."""
        return self.name.startswith(OWN_PREFIX)

    @property
    def column(self) -> str:
        """Name of the field's column in a canonical frame: a reference travels as the source's key."""
        return f"{self.name}_key" if self.type == "reference" else self.name


@dataclass(frozen=True)
class ObjectSpec:
    """One object: its kind (golden, document, line), its model in accounts and its fields.

    `withdrawn` are fields the company declares no more: nobody sees them, but rows still name their codes.
    """

    name: str
    label: str
    plural: str
    kind: str
    code: int
    model: str
    parent: str | None
    fields: Mapping[str, FieldSpec]
    withdrawn: Mapping[str, FieldSpec] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> dict[int, FieldSpec]:
        """Fields by their code, as lineage arrays name them."""
        return {spec.code: spec for spec in (*self.withdrawn.values(), *self.fields.values())}

    @property
    def own(self) -> list[FieldSpec]:
        """The fields the company declared."""
        return [spec for spec in self.fields.values() if spec.own]


@dataclass(frozen=True, eq=False)
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
    return FieldSpec(
        object=object_name,
        name=name,
        code=entry["code"],
        type=entry["type"],
        sensitivity=entry["class"],
        owner=entry["owner"],
        meaning=entry["meaning"],
        choices=tuple(entry.get("choices", ())),
        unit=entry.get("unit"),
        of=entry.get("of"),
        to=entry.get("to"),
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
def shipped() -> Catalogue:
    """The catalogue of this version of the product, without the company's own fields."""
    document = yaml.load(FIELDS_FILE.read_text(encoding="utf-8"), Loader=LOADER)
    return Catalogue({name: _object_spec(name, entry) for name, entry in document.items()})

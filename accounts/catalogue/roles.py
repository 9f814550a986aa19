"""The role matrix as data: which role sees which sensitivity class in which way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

ROLES_FILE = Path(__file__).with_name("roles.yaml")

Treatment = Literal["full", "summary", "masked", "none", "consent"]
TREATMENTS: tuple[str, ...] = get_args(Treatment)


@dataclass(frozen=True)
class RoleSpec:
    """A role and its reach: `own` sees granted territories and shares, `all` every territory."""

    name: str
    label: str
    scope: str


@dataclass(frozen=True)
class ClassSpec:
    """A sensitivity class, what its summary shows, and its treatment per role."""

    name: str
    label: str
    shows: str | None
    treatments: Mapping[str, Treatment]


@dataclass(frozen=True)
class ChangeSpec:
    """Who changes values of a class alone, who approves, and whether two people are always needed."""

    edit: tuple[str, ...] = ()
    approve: tuple[str, ...] = ()
    two_people: bool = False


@dataclass(frozen=True)
class RoleMatrix:
    """Roles, sensitivity classes and the rules of changing them by name."""

    roles: Mapping[str, RoleSpec]
    classes: Mapping[str, ClassSpec]
    changes: Mapping[str, ChangeSpec]


def _class_spec(name: str, entry: dict[str, Any], role_names: list[str]) -> ClassSpec:
    treatments = {role: entry[role] for role in role_names}
    strange = set(treatments.values()) - set(TREATMENTS)
    if strange:
        raise ValueError(f"{ROLES_FILE.name}: {name} has unknown treatments {sorted(strange)}")
    return ClassSpec(name, entry["label"], entry["shows"], treatments)


@cache
def matrix() -> RoleMatrix:
    """The role matrix of this version of the product."""
    document = yaml.safe_load(ROLES_FILE.read_text(encoding="utf-8"))
    roles = {name: RoleSpec(name, **entry) for name, entry in document["roles"].items()}
    classes = {name: _class_spec(name, entry, list(roles)) for name, entry in document["classes"].items()}
    changes = {name: _change_spec(document["changes"].get(name, {})) for name in classes}
    return RoleMatrix(roles, classes, changes)


def _change_spec(entry: dict[str, Any]) -> ChangeSpec:
    """A class without an entry is never changed in the portal."""
    return ChangeSpec(tuple(entry.get("edit", ())), tuple(entry.get("approve", ())), entry.get("two_people", False))


def roles() -> Mapping[str, RoleSpec]:
    """Every role by name."""
    return matrix().roles


def classes() -> Mapping[str, ClassSpec]:
    """Every sensitivity class by name."""
    return matrix().classes


def treatment(role: str, sensitivity_class: str) -> Treatment:
    """How a role sees a class; a role or class nobody declared sees nothing."""
    spec = classes().get(sensitivity_class)
    return spec.treatments.get(role, "none") if spec else "none"


def changes() -> Mapping[str, ChangeSpec]:
    """The rules of changing values by sensitivity class."""
    return matrix().changes

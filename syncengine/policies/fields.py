"""The `custom_fields:` part: fields the company adds to any object, typed and with an owner, without code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from accounts.catalogue import Catalogue, FieldSpec, ObjectSpec, classes, load
from accounts.catalogue.fields import OWN_PREFIX
from accounts.catalogue.own import numbered, with_own
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.sections import Section
from syncengine.policies.shapes import OwnField

NAME = re.compile(rf"^{OWN_PREFIX}[a-z][a-z0-9_]{{0,37}}$")
TYPES = (
    "text", "choice", "integer", "decimal", "money", "percent", "date", "datetime", "boolean", "country", "currency",
    "email", "phone", "url", "tags",
)  # fmt: skip
OWNERS = ("crm", "erp", "helpdesk", "ai", "portal")
SEARCHED = ("text", "email", "phone", "url")  # looked up like a number: whole, and in any part


def read_own_fields(section: Section, catalogue: Catalogue) -> dict[str, OwnField]:
    """The declared fields by `object.name`."""
    found = {}
    for name, key, value in section.names():
        if name not in catalogue:
            section.mistake(key, f"there is no object `{name}`", did_you_mean(name, catalogue.objects))
            continue
        fields = Section(section.document, value, f"the custom fields of {name}")
        for field, place, entry in fields.names():
            if not NAME.match(field):
                hint = f"begin with {OWN_PREFIX}, then small letters, digits and _"
                fields.mistake(place, f"“{field}” is no name for a custom field", hint)
                continue
            found[f"{name}.{field}"] = _read(Section(section.document, entry, f"`{field}`"), field, catalogue[name])
    return found


def _read(section: Section, name: str, spec: ObjectSpec) -> OwnField:
    field = OwnField(
        object=spec.name,
        name=name,
        type=section.one_of("type", TYPES, "text", needed=True),
        sensitivity=section.one_of("class", classes(), "identity", needed=True),
        owner=section.one_of("owner", OWNERS, "crm", needed=True),
        meaning=section.word("meaning", needed=True),
        label=section.word("label"),
        unit=section.text("unit"),
        choices=section.texts("choices"),
        filter=section.flag("filter", True),
        search=section.flag("search", False),
    )
    _check(section, field, spec)
    section.done()
    return field


def _check(section: Section, field: OwnField, spec: ObjectSpec) -> None:
    if (field.type == "choice") != bool(field.choices):
        problem = "has no `choices`" if field.type == "choice" else "is no choice, but has `choices`"
        section.mistake(section.at("choices"), f"{section.what} {problem}", "list the words it can be")
    if field.type == "money" and not _is_currency(field.unit, spec):
        section.mistake(section.at("unit"), f"{section.what} needs the field that names its currency as `unit`",
                        "or `unit: base`")  # fmt: skip
    if field.search and (spec.name != "account" or field.type not in SEARCHED):
        section.mistake(section.at("search"), f"{section.what} cannot be searched",
                        f"search finds customers by {', '.join(SEARCHED)}")  # fmt: skip
    known = spec.fields.get(field.name) or spec.withdrawn.get(field.name)
    if known is not None and known.type != field.type:
        section.mistake(section.at("type"), f"{section.what} is {known.type} and its values stay so",
                        "declare another field for the new type")  # fmt: skip


def _is_currency(unit: str | None, spec: ObjectSpec) -> bool:
    return unit == "base" or any(f.name == unit and f.type == "currency" for f in spec.fields.values())


def spec_of(field: OwnField) -> FieldSpec:
    """The field as the catalogue holds it; its code is given by `numbered`."""
    return FieldSpec(
        object=field.object, name=field.name, code=0, type=field.type, sensitivity=field.sensitivity,
        owner=field.owner, meaning=field.meaning, unit=field.unit, choices=field.choices, title=field.label,
        filtered=field.filter, searched=field.search,
    )  # fmt: skip


def catalogue_with(*declared: Iterable[OwnField]) -> Catalogue:
    """The catalogue as it would be with these fields; of a field declared twice the later one counts."""
    named = {(field.object, field.name): field for fields in declared for field in fields}
    specs = numbered(spec_of(field) for field in named.values())
    gone = [spec for known in load() for spec in (*known.withdrawn.values(), *known.own)]
    return with_own(specs, gone)

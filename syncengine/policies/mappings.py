"""The `fields:` of a stream: how each catalogue field is made from source columns."""

from __future__ import annotations

import re

from yaml.nodes import MappingNode, Node, ScalarNode

from accounts.catalogue import FieldSpec, ObjectSpec
from syncengine.mapping.words import SPLIT, TRANSFORMS
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.sections import Section
from syncengine.policies.shapes import FieldMap

PLACE = re.compile(r"\{([^{}]+)\}")
WAYS = ("from", "value", "join", "first_of", "template")
TRANSFORM_NAMES = (*TRANSFORMS, 'split(";")')
NUMBERS = ("integer", "decimal", "money", "percent")
# Options that mean something only for some types of field.
ONLY_FOR = {
    "decimal": NUMBERS,
    "thousands": NUMBERS,
    "format": ("date", "datetime"),
    "true": ("boolean",),
    "false": ("boolean",),
}


def read_field_maps(section: Section, spec: ObjectSpec) -> tuple[FieldMap, ...]:
    """Every mapped field of an object; unknown fields are mistakes."""
    found = []
    for name, key, value in section.names():
        field = spec.fields.get(name)
        if field is None:
            section.mistake(key, f"{spec.name} has no field `{name}`", did_you_mean(name, spec.fields))
        elif field.of is not None:
            section.mistake(key, f"`{name}` is worked out by the portal from `{field.of}`", "leave it out")
        else:
            found.append(read_field_map(section, value, field))
    return tuple(found)


def read_field_map(section: Section, node: Node, spec: FieldSpec) -> FieldMap:
    """One field: a column's name, or a mapping of options."""
    if isinstance(node, ScalarNode):
        if not node.value.strip():
            section.mistake(node, f"`{spec.name}` names no source column", "name one, or leave the line out")
        return FieldMap(spec.name, (section.document.expand(node, node.value),))
    if not isinstance(node, MappingNode):
        problem = f"`{spec.name}` must be a column's name or options in braces"
        section.mistake(node, problem, "such as {from: Name}")
        return FieldMap(spec.name, ("",))
    return _from_options(Section(section.document, node, f"the mapping of `{spec.name}`"), spec)


def _from_options(options: Section, spec: FieldSpec) -> FieldMap:
    how, columns = _way(options)
    template = options.text("template")
    found = FieldMap(
        field=spec.name,
        columns=tuple(PLACE.findall(template)) if template else columns,
        how=how,  # type: ignore[arg-type]
        value=options.text("value"),
        separator=options.word("with", " "),
        template=template,
        decimal=_mark(options, "decimal"),
        thousands=_mark(options, "thousands"),
        format=options.text("format"),
        values=_values(options),
        otherwise=options.text("otherwise"),
        default=options.text("default"),
        empty=options.texts("empty"),
        true=options.texts("true"),
        false=options.texts("false"),
        transform=options.texts("transform"),
        on_error=options.one_of("on_error", ("refuse", "null"), "refuse") or "refuse",  # type: ignore[arg-type]
        owner=options.text("owner"),
        changed=options.text("changed"),
    )
    _check_type(options, spec)
    _check_transforms(options, found)
    _check_choices(options, found, spec)
    _check_class(options, spec)
    options.done()
    return found


def _way(options: Section) -> tuple[str, tuple[str, ...]]:
    given = [way for way in WAYS if options.at(way) is not None]
    if len(given) != 1:
        both = " and ".join(f"`{way}`" for way in given)
        says = f"has both {both}" if given else "does not say where it comes from"
        options.mistake(None, f"{options.what} {says}", f"give exactly one of {', '.join(WAYS)}")
        return "column", ("",)
    way = given[0]
    if way == "from":
        return "column", (options.word("from"),)
    if way == "value":
        return "constant", ()
    return way, options.texts(way) if way != "template" else ()


def _mark(options: Section, name: str) -> str | None:
    mark = options.text(name)
    allowed = (".", ",") if name == "decimal" else (".", ",", " ", "'")
    if mark is not None and mark not in allowed:
        options.mistake(options.at(name), f"`{name}` cannot be “{mark}”", 'write "." or ","')
        return None
    return mark


def _values(options: Section) -> dict[str, str]:
    section = options.section("values", f"`values` of {options.what}")
    if section is None:
        return {}
    found: dict[str, str] = {}
    for name, key, value in section.names():
        if name.strip().lower() in {other.strip().lower() for other in found}:
            section.mistake(key, f"“{name}” stands twice in {section.what}, apart from capitals")
        if isinstance(value, ScalarNode):
            found[name] = value.value
        else:
            section.mistake(value, f"“{name}” must be replaced by one text")
    return found


def _check_type(options: Section, spec: FieldSpec) -> None:
    for option, types in ONLY_FOR.items():
        node = options.at(option)
        if node is not None and spec.type not in types:
            problem = f"`{option}` is for {', '.join(types)}; `{spec.name}` is {spec.type}"
            options.mistake(node, problem, "leave it out")


def _check_transforms(options: Section, found: FieldMap) -> None:
    for name in found.transform:
        if name not in TRANSFORMS and not SPLIT.match(name):
            hint = did_you_mean(name, TRANSFORM_NAMES)
            options.mistake(options.at("transform"), f"there is no transform “{name}”", hint)


def _check_choices(options: Section, found: FieldMap, spec: FieldSpec) -> None:
    if spec.type != "choice":
        return
    told = [("values", value) for value in found.values.values()]
    # A constant or default is translated like any other value where there is a translation.
    settled = ("otherwise",) if found.values else ("otherwise", "value", "default")
    told += [(name, value) for name in settled if (value := getattr(found, name)) is not None]
    for option, value in told:
        if value not in spec.choices:
            hint = did_you_mean(value, spec.choices)
            options.mistake(options.at(option), f"`{spec.name}` cannot become “{value}”", hint)


def _check_class(options: Section, spec: FieldSpec) -> None:
    declared = options.text("sensitivity")
    if declared is not None and declared != spec.sensitivity:
        options.mistake(
            options.at("sensitivity"),
            f"`{spec.name}` is of class {spec.sensitivity} in the field catalogue",
            "a mapping cannot loosen it; leave `sensitivity` out",
        )

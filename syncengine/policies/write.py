"""The `write:` section of a stream: which fields may be written into its records, how, and who approves."""

from __future__ import annotations

import re

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from accounts.catalogue import ObjectSpec
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.sections import Section
from syncengine.policies.shapes import FieldMap, Write, WriteField

WRITABLE_KINDS = ("rest", "sql", "tryton")
# What a mapping may do to a value and still be read backwards.
REVERSIBLE = ("strip", "country", "currency", "lower", "upper")
SPLITS = re.compile(r'^split\(["\'](.+)["\']\)$')
RATE = 600


def read_write(
    section: Section, kind: str, spec: ObjectSpec, maps: tuple[FieldMap, ...], *, copied: bool = False
) -> Write | None:
    """What the stream declares as writable, or None where nothing may be written; copies may be of any object."""
    below = section.section("write", "`write`")
    if below is None:
        return None
    _check_place(below, kind, spec, copied)
    fields = _fields(below, spec, {found.field: found for found in maps}, copied)
    found = Write(
        fields=fields,
        version=below.text("version"),
        increments=below.flag("increments", False),
        correlation=below.text("correlation"),
        create=below.flag("create", False),
        propagate=below.flag("propagate", False),
        approval=_named(below, "approval", fields),
        by_policy=_named(below, "by_policy", fields),
        rate=_rate(below),
        dry_run=below.flag("dry_run", False),
    )
    _check_needs(below, found)
    below.done()
    return found


def _check_place(below: Section, kind: str, spec: ObjectSpec, copied: bool) -> None:
    """Whether anything can be written here at all."""
    if kind not in WRITABLE_KINDS:
        known = ", ".join(WRITABLE_KINDS)
        below.mistake(None, f"a source of kind {kind} cannot be written to", f"kinds that can: {known}")
    if spec.name != "account" and not copied:
        remedy = "leave it out, or declare what is to be kept there under `copies`"
        below.mistake(None, f"`write` is for streams of accounts, not of {spec.name}", remedy)


def _check_needs(below: Section, found: Write) -> None:
    """What one word of it needs another for."""
    if found.increments and not found.version:
        below.mistake(below.at("increments"), "`increments` needs `version`", "name the column that counts")
    if found.create and not found.correlation:
        problem = "`create` needs `correlation`: without a column to find it by, a lost answer stays unknown"
        below.mistake(below.at("create"), problem, "name a text column that nobody else fills")


def _fields(below: Section, spec: ObjectSpec, maps: dict[str, FieldMap], copied: bool) -> dict[str, WriteField]:
    node = below.at("fields")
    if node is None:
        below.mistake(None, "`write` needs `fields`", "list the fields that may be written")
        return {}
    if isinstance(node, SequenceNode):
        named = [(item.value, item, None) for item in node.value if isinstance(item, ScalarNode)]
    elif isinstance(node, MappingNode):
        named = [(key.value, key, value) for key, value in node.value]
    else:
        below.mistake(node, "`fields` of `write` must be a list of fields or `field: column` lines")
        return {}
    found = {}
    for name, at, value in named:
        if name not in spec.fields:
            below.mistake(at, f"{spec.name} has no field `{name}`", did_you_mean(name, spec.fields))
        elif spec.fields[name].type == "reference" and not copied:
            below.mistake(at, f"`{name}` refers to another record and cannot be written", "leave it out")
        elif name not in maps:
            below.mistake(at, f"`{name}` is not mapped, so it could not be read back", "map it under `fields`")
        else:
            found[name] = _field(below, name, at, value, maps[name])
    return found


def _field(below: Section, name: str, at: object, value: object, read: FieldMap) -> WriteField:
    if isinstance(value, ScalarNode):
        return WriteField(name, value.value)
    if isinstance(value, MappingNode):
        options = Section(below.document, value, f"`{name}` of `write`")
        column = options.word("to", needed=True)
        words = options.plain("values")
        options.done()
        return WriteField(name, column, {str(key): str(word) for key, word in words.items()})
    problem = _irreversible(read)
    if problem:
        remedy = f"write it as `{name}: {{to: Column, values: {{…}}}}`"
        below.mistake(at, f"`{name}` cannot be written the way it is read: {problem}", remedy)  # type: ignore[arg-type]
        return WriteField(name, "")
    return WriteField(name, read.columns[0], {ours: theirs for theirs, ours in read.values.items()})


def _irreversible(read: FieldMap) -> str:
    if read.how != "column":
        return f"it is made by `{read.how}`"
    odd = [name for name in read.transform if name not in REVERSIBLE and not SPLITS.match(name)]
    if odd:
        return f"`{odd[0]}` cannot be undone"
    if len(set(read.values.values())) < len(read.values):
        return "two of its words mean the same"
    return ""


def _named(below: Section, name: str, fields: dict[str, WriteField]) -> tuple[str, ...]:
    named = below.texts(name)
    for field in named:
        if field not in fields:
            problem = f"`{name}` names `{field}`, which is not among the fields to write"
            below.mistake(below.at(name), problem, did_you_mean(field, fields))
    return named


def _rate(below: Section) -> int:
    text = below.text("rate")
    match = re.match(r"^(\d+)\s*(?:per|/|a)\s*minute$", text.strip()) if text else None
    if text and (match is None or int(match[1]) == 0):
        below.mistake(below.at("rate"), f"`rate: {text}` is not understood", "write it like “60 per minute”")
    return int(match[1]) if match else RATE

"""The `copies:` of a source: rows other systems own that are kept here too, created once and then followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from accounts.catalogue import Catalogue, FieldSpec, roles, treatment
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.sections import Section
from syncengine.policies.shapes import Copy, Lines, Stream, WriteField

ReadStream = Callable[[Section, str], Stream | None]


def read_copies(section: Section, catalogue: Catalogue, taken: dict[str, Stream], read: ReadStream) -> dict[str, Copy]:
    """The copies of one source by name; `read` reads what a copy has in common with a stream."""
    below = section.section("copies", "`copies`")
    found = {}
    for name, key, value in below.names() if below else ():
        entry = Section(section.document, value, f"the copy {name}")
        if name in taken:
            section.mistake(key, f"`{name}` is a stream already", "give the copy another name")
        copy = _read_copy(entry, name, catalogue, read)
        if copy is not None:
            found[name] = copy
    return found


def _read_copy(section: Section, name: str, catalogue: Catalogue, read: ReadStream) -> Copy | None:
    of = section.word("of", needed=True)
    when = {field: str(value).lower() if isinstance(value, bool) else str(value)
            for field, value in section.plain("when").items()}  # fmt: skip
    unless = section.texts("unless")
    role, first_order = section.text("approved_by"), section.flag("first_order", False)
    lines = section.section("lines", "`lines`")
    stream = read(section, name)
    if stream is None:
        return None
    spec = catalogue[stream.object]
    for field in when:
        if field not in spec.fields:
            section.mistake(section.at("when"), f"{spec.name} has no field `{field}`", did_you_mean(field, spec.fields))
    if role and role not in roles():
        section.mistake(section.at("approved_by"), f"there is no role “{role}”", did_you_mean(role, roles()))
    for other in unless:
        if other not in catalogue.objects or spec.name not in catalogue[other].fields:
            section.mistake(section.at("unless"), f"no `{other}` follows from a {spec.name}", "name what does")
    if stream.write is None or not stream.write.correlation:
        remedy = "name the column that holds our external id, or a lost answer could never be settled"
        section.mistake(None, f"the copy {name} needs `write` with `correlation`", remedy)
        return None
    hidden = [n for n in stream.write.fields if role and treatment(role, spec.fields[n].sensitivity) != "full"]
    if hidden:
        problem = f"{role} would approve what that role may not see: {', '.join(hidden)}"
        section.mistake(section.at("approved_by"), problem, "name a role that sees them")
    declared = replace(stream, write=replace(stream.write, create=True, propagate=True))
    return Copy(declared, of, when, unless, _read_lines(lines, spec.name, catalogue) if lines else None,
                role or "", first_order)  # fmt: skip


def _read_lines(section: Section, parent: str, catalogue: Catalogue) -> Lines | None:
    name = section.one_of("object", [s.name for s in catalogue.of_kind("line")], "", needed=True)
    fields, place = section.plain("fields"), section.plain("into")
    section.done()
    if not name or parent not in catalogue[name].fields:
        section.mistake(None, f"`{name}` is not a line of {parent}", "name the object whose rows are its lines")
        return None
    known: dict[str, FieldSpec] = dict(catalogue[name].fields)
    for field in fields:
        if field not in known:
            section.mistake(section.at("fields"), f"{name} has no field `{field}`", did_you_mean(field, known))
    return Lines(name, {f: WriteField(f, str(column)) for f, column in fields.items() if f in known}, place)

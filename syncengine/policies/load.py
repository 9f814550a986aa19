"""A folder of policy files checked as a whole: the policies they make, and every mistake in them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from accounts.catalogue import Catalogue, load
from syncengine.policies.approvals import read_approvals
from syncengine.policies.company import Reference
from syncengine.policies.customer_sync import read_customer_sync
from syncengine.policies.fields import catalogue_with, read_own_fields
from syncengine.policies.mistakes import Mistake, Mistakes, did_you_mean
from syncengine.policies.reference import KEYS as REFERENCE_KEYS
from syncengine.policies.reference import read_reference
from syncengine.policies.rules import read_rules
from syncengine.policies.sections import Document, Section, compose
from syncengine.policies.shapes import Approvals, OwnField, PolicySet, Rule, Source, Survivorship
from syncengine.policies.sources import read_source
from syncengine.policies.survivorship import read_survivorship

BUILT_IN_VARIABLES = ("PORTAL_HOME",)


@dataclass(frozen=True)
class Checked:
    """The policies a folder declares and its mistakes; only without mistakes may they be applied."""

    policy_set: PolicySet
    mistakes: tuple[Mistake, ...]


def check(folder: Path | str, *, environ: Mapping[str, str] | None = None) -> Checked:
    """The policies of a folder of YAML files."""
    path = Path(folder)
    if not path.is_dir():
        return Checked(PolicySet(), (Mistake(str(path), 0, "there is no such folder"),))
    documents, mistakes = read_documents(path)
    if not documents and not mistakes:
        return Checked(PolicySet(), (Mistake(str(path), 0, "the folder holds no .yaml file"),))
    checked = check_documents(documents, environ=environ)
    return Checked(checked.policy_set, tuple(sorted([*mistakes, *checked.mistakes])))


def read_documents(folder: Path) -> tuple[dict[str, str], list[Mistake]]:
    """The text of every policy file by its name below the folder."""
    texts, mistakes = {}, []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file()):
        name = path.relative_to(folder).as_posix()
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError) as error:
            mistakes.append(Mistake(name, 1, f"the file cannot be read ({error})", "save it as UTF-8 text"))
    return texts, mistakes


def check_documents(documents: Mapping[str, str], *, environ: Mapping[str, str] | None = None) -> Checked:
    """The policies that files, given as text by name, make together."""
    mistakes = Mistakes()
    environment = os.environ if environ is None else environ
    sections = {}
    for name, text in sorted(documents.items()):
        section = compose(Document(name, mistakes), text)
        if section is not None:
            section.document.variables = _variables(section, environment)
            sections[name] = section
    policy_set = _assemble(sections, load())
    for section in sections.values():
        section.done()
    return Checked(policy_set, tuple(sorted(set(mistakes.found))))


def _variables(section: Section, environment: Mapping[str, str]) -> dict[str, str | None]:
    declared: dict[str, str | None] = dict.fromkeys(BUILT_IN_VARIABLES)
    below = section.section("variables", "`variables`")
    for name, _, _ in below.names() if below else ():
        declared[name] = below.text(name) if below else None
    return {name: environment.get(name, default) for name, default in declared.items()}


def _assemble(sections: Mapping[str, Section], shipped: Catalogue) -> PolicySet:
    own_fields = _own_fields(sections, shipped)
    catalogue = catalogue_with(own_fields.values())  # mappings, rules and survivorship may name them at once
    sources: dict[str, Source] = {}
    rules: tuple[Rule, ...] = ()
    for section in sections.values():
        if section.at("source") is not None or section.at("streams") is not None:
            _add_source(sources, section, catalogue)
        else:
            rules += _company_rules(section, catalogue)
    _check_owners(sources, sections)
    reference = _reference(sections, catalogue)
    _check_names(reference, sources, sections)
    return PolicySet(
        sources=sources,
        survivorship=_survivorship(sections, list(sources), catalogue),
        reference=reference,
        rules=rules,
        approvals=_approvals(sections),
        own_fields=own_fields,
    )


def _own_fields(sections: Mapping[str, Section], catalogue: Catalogue) -> dict[str, OwnField]:
    found: dict[str, OwnField] = {}
    for section in sections.values():
        below = section.section("custom_fields", "`custom_fields`")
        for place, field in (read_own_fields(below, catalogue) if below else {}).items():
            if place in found:
                section.mistake(section.at("custom_fields"), f"a second file declares {place}", "declare it once")
            found[place] = field
    return found


def _add_source(sources: dict[str, Source], section: Section, catalogue: Catalogue) -> None:
    found = read_source(section, catalogue)
    if found is None:
        return
    if found.name in sources:
        problem = f"a second file declares the source “{found.name}”"
        section.mistake(section.at("source"), problem, "rename one of them")
    sources.setdefault(found.name, found)


def _company_rules(section: Section, catalogue: Catalogue) -> tuple[Rule, ...]:
    customer_sync = section.section("customer_sync_validation", "customer_sync_validation")
    rules = read_customer_sync(customer_sync, catalogue) if customer_sync else ()
    return rules + read_rules(section.sections("validate", "a rule"), "account", None, catalogue)


def _check_owners(sources: Mapping[str, Source], sections: Mapping[str, Section]) -> None:
    systems = {source.system for source in sources.values()} | {"portal"}
    by_name = {section.word("source"): section for section in sections.values() if section.at("source")}
    for source in sources.values():
        for stream in source.streams.values():
            for entry in stream.fields:
                if entry.owner and entry.owner not in systems | set(sources):
                    by_name[source.name].mistake(
                        None,
                        f"the owner “{entry.owner}” of `{entry.field}` is no system",
                        did_you_mean(entry.owner, sorted(systems)),
                    )


def _check_names(reference: Reference, sources: Mapping[str, Source], sections: Mapping[str, Section]) -> None:
    """What one reference table says of another, or of a source, must exist."""
    known = [territory.code for territory in reference.territories]
    named = {code for region in reference.regions for code in region.territories}
    _tell_unknown(sections, "regions", "territory", named - set(known), known)
    strange = {entry.source for entry in reference.product_mapping} - set(sources)
    _tell_unknown(sections, "product_mapping", "source", strange, list(sources))


def _tell_unknown(sections: Mapping[str, Section], key: str, what: str, unknown: set[str], known: list[str]) -> None:
    for section in sections.values():
        node = section.at(key)
        for word in sorted(unknown) if node is not None else ():
            section.mistake(node, f"there is no {what} “{word}”", did_you_mean(word, known))


def _survivorship(sections: Mapping[str, Section], sources: list[str], catalogue: Catalogue) -> dict[str, Survivorship]:
    found: dict[str, Survivorship] = {}
    for section in sections.values():
        below = section.section("survivorship", "`survivorship`")
        read = read_survivorship(below, sources, catalogue) if below else {}
        for name in set(read) & set(found):
            problem = f"a second file declares survivorship of {name}"
            section.mistake(section.at("survivorship"), problem, "join them")
        found |= read
    return found


def _approvals(sections: Mapping[str, Section]) -> Approvals:
    found, seen = Approvals(), ""
    for name, section in sections.items():
        below = section.section("approvals", "`approvals`")
        if below is None:
            continue
        if seen:
            section.mistake(section.at("approvals"), f"`approvals` stands in {seen} too", "keep it in one file")
        found, seen = read_approvals(below), name
        below.done()
    return found


def _reference(sections: Mapping[str, Section], catalogue: Catalogue) -> Reference:
    found = Reference()
    seen: dict[str, str] = {}
    for name, section in sections.items():
        here = [key for key in REFERENCE_KEYS if section.at(key) is not None]
        read = read_reference(section, catalogue) if here else found
        for key in here:
            if key in seen:
                section.mistake(section.at(key), f"`{key}` stands in {seen[key]} too", "keep it in one file")
            seen[key] = name
        found = replace(found, **{key: getattr(read, key) for key in here})
    return found

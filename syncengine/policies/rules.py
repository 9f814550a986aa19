"""Validation rules as people write them, each with the sentence that is read when it fails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from accounts.catalogue import Catalogue, FieldSpec, load
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.sections import Section
from syncengine.policies.shapes import Rule

# The fields a stream tells of each object; None where any field may be named.
Mapped = Mapping[str, set[str]] | None

SEVERITIES = ("reject", "hold", "warn")
SENTENCES: Mapping[str, str] = {
    "required": "{fields} must be given",
    "one_of": "{fields} must be one of {values}",
    "range": "{fields} must be {bounds}",
    "length": "{fields} must have {bounds} characters",
    "pattern": "{fields} does not have the form it should have ({pattern})",
    "unique": "{fields} must be different in each record",
    "not_future": "{fields} must not lie in the future",
    "reference": "{fields} must name a {to} that exists",
    "changed": "A change of {fields} is reviewed before it counts",
    "blocked": "{fields} is {values}, so {forbids} are not allowed",
    "format": "{fields} does not look like what it should be",
    "tax_id": "{fields} is not a tax number of the country it begins with",
    "address": "The address cannot be right: {fields} do not fit together",
    "active": "{fields} names something that is out of use",
    "currency_match": "{fields} is another currency than the customer is billed in",
}
NUMERIC = ("integer", "decimal", "money", "percent")
TYPES: Mapping[str, tuple[str, ...]] = {
    "range": (*NUMERIC, "date", "datetime"),
    "length": ("text", "email", "phone", "url", "choice", "country", "currency"),
    "pattern": ("text", "email", "phone", "url", "choice", "country", "currency"),
    "not_future": ("date", "datetime"),
    "reference": ("reference",),
    "format": ("email", "phone", "url", "country", "currency"),
    "tax_id": ("text",),
    "active": ("reference",),
    "currency_match": ("currency",),
}


def read_rules(sections: list[Section], object_name: str, mapped: Mapped, catalogue: Catalogue) -> tuple[Rule, ...]:
    """The rules of a list, those that can be understood."""
    rules = [read_rule(section, object_name, mapped, catalogue) for section in sections]
    return tuple(rule for rule in rules if rule is not None)


def read_rule(section: Section, object_name: str, mapped: Mapped, catalogue: Catalogue) -> Rule | None:
    """One rule, or None where it cannot be understood."""
    kind = section.one_of("rule", [k for k in SENTENCES if k != "blocked"], "", needed=True)
    told = list(mapped) if mapped is not None else list(catalogue.objects)
    name = section.one_of("object", told, object_name)
    fields = section.texts("field") + section.texts("fields")
    if not kind or name not in catalogue:
        section.at("severity")
        return None
    specs = _specs(section, fields, name, mapped, catalogue)
    rule = Rule(
        kind=kind,
        fields=tuple(fields),
        severity=section.one_of("severity", SEVERITIES, "warn"),  # type: ignore[arg-type]
        object=name,
        values=section.texts("values"),
        min=_bound(section, "min", specs, kind),
        max=_bound(section, "max", specs, kind),
        pattern=_pattern(section),
        to=specs[0].to if kind in ("reference", "active") and specs else None,
        across=section.one_of("across", ("source", "sources"), "source"),
    )
    _check_parameters(section, rule, specs)
    sentence = section.text("sentence") or section.text("message") or describe(rule)
    section.done()
    return Rule(**{**vars(rule), "sentence": sentence}) if len(specs) == len(fields) else None


def describe(rule: Rule) -> str:
    """The sentence of a rule nobody wrote one for."""
    low = f"at least {rule.min}" if rule.min is not None else ""
    high = f"at most {rule.max}" if rule.max is not None else ""
    text = SENTENCES[rule.kind].format(
        fields=" and ".join(rule.fields).replace("_", " "),
        values=", ".join(rule.values),
        bounds=" and ".join(part for part in (low, high) if part),
        pattern=rule.pattern,
        to=rule.to,
        forbids=(rule.forbids or "").replace("_", " "),
    )
    return text[:1].upper() + text[1:]


def _specs(
    section: Section, fields: tuple[str, ...], name: str, mapped: Mapped, catalogue: Catalogue
) -> list[FieldSpec]:
    known = catalogue[name].fields
    if not fields:
        section.mistake(None, "the rule names no field", "add `field: …` or `fields: […]`")
    for field in fields:
        node = section.at("field") or section.at("fields")
        if field not in known:
            section.mistake(node, f"{name} has no field `{field}`", did_you_mean(field, known))
        elif mapped is not None and field not in mapped[name]:
            problem = f"the stream does not map `{field}` of {name}"
            section.mistake(node, problem, "map it, or leave the rule out")
    return [known[field] for field in fields if field in known]


def _bound(section: Section, name: str, specs: list[FieldSpec], kind: str) -> Decimal | date | None:
    text = section.text(name)
    if text is None:
        return None
    is_date = kind == "range" and bool(specs) and specs[0].type in ("date", "datetime")
    try:
        return date.fromisoformat(text) if is_date else Decimal(text)
    except (ValueError, InvalidOperation):
        form = "a day such as 2026-01-31" if is_date else "a number"
        section.mistake(section.at(name), f"`{name}: {text}` is not {form}")
        return None


def _pattern(section: Section) -> str | None:
    pattern = section.text("pattern")
    if pattern is None:
        return None
    try:
        re.compile(pattern)
    except re.error as error:
        problem = f"“{pattern}” is not a regular expression ({error})"
        section.mistake(section.at("pattern"), problem, "check its brackets")
        return None
    if re.search(r"\(\?[=!<]|\\[1-9]", pattern):
        problem = "look-around and back references are not supported in patterns"
        section.mistake(section.at("pattern"), problem)
        return None
    return pattern


def _check_parameters(section: Section, rule: Rule, specs: list[FieldSpec]) -> None:
    bare = rule.min is None and rule.max is None and section.at("min") is None and section.at("max") is None
    if rule.kind in ("range", "length") and bare:
        section.mistake(None, f"a {rule.kind} rule needs `min` or `max`", "add one of them")
    if rule.kind == "one_of" and not rule.values:
        section.mistake(None, "a one_of rule needs `values`", "add `values: […]`")
    if rule.kind == "pattern" and section.at("pattern") is None:
        section.mistake(None, "a pattern rule needs `pattern`", "add `pattern: …`")
    if rule.min is not None and rule.max is not None and rule.min > rule.max:  # type: ignore[operator]
        section.mistake(section.at("min"), f"`min` {rule.min} is above `max` {rule.max}", "exchange them")
    if rule.kind == "address" and not {"postcode", "country"} <= set(rule.fields):
        section.mistake(None, "an address rule needs `postcode` and `country`", "add them to `fields`")
    if rule.across == "sources" and rule.kind != "unique":
        section.mistake(section.at("across"), "`across` is for rules of uniqueness", "leave it out")
    if rule.kind == "currency_match" and "account" not in load()[rule.object].fields:
        section.mistake(None, f"a {rule.object} names no customer whose currency it could have")
    for spec in specs:
        if rule.kind in TYPES and spec.type not in TYPES[rule.kind]:
            section.mistake(None, f"a {rule.kind} rule cannot judge `{spec.name}`, which is {spec.type}")

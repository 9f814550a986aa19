"""The `survivorship:` part: per object a default, per field its exceptions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from accounts.catalogue import Catalogue
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.sections import Section
from syncengine.policies.shapes import FieldPolicy, Survivorship

STRATEGIES = (
    "system_of_record",
    "most_recent",
    "most_frequent",
    "longest",
    "highest",
    "lowest",
    "aggregate",
    "manual",
)
ORDERED = ("number", "date", "datetime", "integer", "decimal", "money", "percent")


def read_survivorship(section: Section, sources: Collection[str], catalogue: Catalogue) -> dict[str, Survivorship]:
    """The field policies of every object named."""
    found = {}
    golden = [spec.name for spec in catalogue.of_kind("golden")]
    for name, key, value in section.names():
        if name not in golden:
            problem = f"“{name}” does not survive from several records"
            section.mistake(key, problem, did_you_mean(name, golden))
            continue
        below = Section(section.document, value, f"survivorship of {name}")
        found[name] = _read_object(below, name, sources, catalogue)
    return found


def _read_object(section: Section, name: str, sources: Collection[str], catalogue: Catalogue) -> Survivorship:
    default = section.section("default", f"the default of {name}")
    base = _read_policy(default, FieldPolicy(order=tuple(sources)), sources) if default else FieldPolicy()
    fields: dict[str, FieldPolicy] = {}
    below = section.section("fields", f"the fields of {name}")
    specs = catalogue[name].fields
    for field, key, value in below.names() if below else ():
        if field not in specs:
            section.mistake(key, f"{name} has no field `{field}`", did_you_mean(field, specs))
            continue
        entry = Section(section.document, value, f"the policy of `{field}`")
        fields[field] = _read_policy(entry, base, sources)
        _check_strategy(entry, fields[field].strategy, specs[field].type)
        _check_options(entry, fields[field], field, specs[field].type)
    section.done()
    return Survivorship(name, base, fields)


def _read_policy(section: Section, base: FieldPolicy, sources: Collection[str]) -> FieldPolicy:
    order = section.texts("order")
    for name in order:
        if name not in sources:
            section.mistake(section.at("order"), f"there is no source “{name}”", did_you_mean(name, sources))
    for name in {name for name in order if order.count(name) > 1}:
        section.mistake(section.at("order"), f"“{name}” stands twice in `order`", "name each source once")
    zero = timedelta()
    policy = FieldPolicy(
        strategy=section.one_of("strategy", STRATEGIES, base.strategy),
        order=order or base.order,
        conflict=section.flag("conflict", base.conflict),
        ignore_empty=section.flag("ignore_empty", base.ignore_empty),
        distrust_invalid=section.flag("distrust_invalid", base.distrust_invalid),
        distrust_deleted=section.flag("distrust_deleted", base.distrust_deleted),
        minimum_age=section.duration("minimum_age", base.minimum_age or zero) or None,
        approval=section.flag("approval", base.approval),
    )
    section.done()
    return policy


# What tells one customer, person or product from another: losing it would lose the record's identity.
KEY_FIELDS = ("customer_number", "tax_id", "registration_id", "duns", "product_code", "name")


def _check_options(section: Section, policy: FieldPolicy, name: str, kind: str) -> None:
    if not policy.ignore_empty and name in KEY_FIELDS:
        problem = f"an empty `{name}` can never win, since records are told apart by it"
        section.mistake(section.at("ignore_empty"), problem, "leave `ignore_empty` out")
    if (policy.approval or policy.minimum_age) and kind in ("tags", "reference"):
        section.mistake(None, f"a {kind} field cannot wait for age or approval", "leave the option out")


def _check_strategy(section: Section, strategy: str, kind: str) -> None:
    node = section.at("strategy")
    if strategy == "longest" and kind in (*ORDERED, "boolean", "tags", "reference"):
        section.mistake(node, f"`longest` needs a text, and this field is {kind}")
    if strategy in ("highest", "lowest") and kind not in ORDERED:
        section.mistake(node, f"`{strategy}` needs a number or a day, and this field is {kind}")
    if strategy == "aggregate" and kind != "tags":
        section.mistake(node, f"`aggregate` keeps several values, and this field ({kind}) holds one")

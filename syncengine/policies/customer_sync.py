"""The `customer_sync_validation` shape, in the words people outside use for customer fields."""

from __future__ import annotations

from dataclasses import replace

from yaml.nodes import ScalarNode

from accounts.catalogue import Catalogue
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.rules import describe
from syncengine.policies.sections import Section
from syncengine.policies.shapes import Rule

# Their names for our fields; "key" is the record's own number in its system, which mapping demands anyway.
NAMES = {
    "crm_account_id": "key",
    "legal_customer_name": "legal_name",
    "customer_name": "name",
    "billing_country": "country",
    "billing_street": "street",
    "billing_city": "city",
    "billing_postcode": "postcode",
    "customer_status": "status",
    "erp_customer_id": "customer_number",
}


def read_customer_sync(section: Section, catalogue: Catalogue) -> tuple[Rule, ...]:
    """Its requirements as rules on customers and, where new orders are forbidden, on orders."""
    required = _named(section, "required_fields", catalogue)
    unique = _named(section, "uniqueness_checks", catalogue)
    rules = [_rule("required", name, "reject") for name in required]
    rules += [_rule("unique", name, "hold") for name in unique]
    for condition in section.sections("blocked_conditions", "a blocked condition"):
        rules += _blocked(condition, catalogue)
    for review in section.sections("review_required_when", "a review condition"):
        rules += [_rule("changed", name, "hold") for name in _named(review, "field_changed", catalogue)]
        review.done()
    section.done()
    return tuple(replace(rule, sentence=describe(rule)) for rule in rules if "key" not in rule.fields)


def _rule(kind: str, name: str, severity: str) -> Rule:
    across = "sources" if kind == "unique" else "source"
    return Rule(kind=kind, fields=(name,), severity=severity, object="account", across=across)  # type: ignore[arg-type]


def _named(section: Section, key: str, catalogue: Catalogue) -> list[str]:
    return [name for word in section.texts(key) if (name := _field(section, key, word, catalogue))]


def _field(section: Section, key: str, word: str, catalogue: Catalogue) -> str:
    fields = catalogue["account"].fields
    name = NAMES.get(word, word)
    if name in fields or name == "key":
        return name
    hint = did_you_mean(word, [*NAMES, *fields])
    section.mistake(section.at(key), f"no field of a customer is called “{word}”", hint)
    return ""


def _blocked(condition: Section, catalogue: Catalogue) -> list[Rule]:
    # `customer_status: "inactive"` beside `allow_new_orders: false`: a state, and what it forbids.
    forbidden = "" if condition.flag("allow_new_orders", True) else "new_orders"
    found = []
    for word, key, value in condition.names():
        if word == "allow_new_orders":
            continue
        name = NAMES.get(word, word)
        if name not in catalogue["account"].fields or not isinstance(value, ScalarNode):
            condition.mistake(key, f"no field of a customer is called “{word}”", did_you_mean(word, NAMES))
        elif forbidden:
            state = (value.value,)
            found.append(Rule("blocked", (name,), "hold", "", "order", values=state, to="account", forbids=forbidden))
    return found

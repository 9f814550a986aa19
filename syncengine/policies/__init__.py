"""Policies: the company's rules as data, checked on load and applied as immutable versions."""

from __future__ import annotations

from importlib import import_module

from syncengine.policies.company import LegalEntity, Rate, Reference, Territory
from syncengine.policies.shapes import (
    AlsoMap,
    FieldMap,
    FieldPolicy,
    OwnField,
    PolicySet,
    Rule,
    Schedule,
    Source,
    Stream,
    Survivorship,
)

__all__ = [
    "AlsoMap",
    "FieldMap",
    "FieldPolicy",
    "LegalEntity",
    "OwnField",
    "PolicySet",
    "Rate",
    "Reference",
    "Rule",
    "Schedule",
    "Source",
    "Stream",
    "Survivorship",
    "Territory",
    "current_policies",
]


def current_policies() -> PolicySet:
    """The policies of the version applied last; empty ones before the first."""
    # Late and by name: mapping and validation read the shapes above and stay free of Django.
    found: PolicySet = import_module("syncengine.policies.current").current_policies()
    return found

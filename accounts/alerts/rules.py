"""Alert rules as frozen data, read once from rules.yaml and checked as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from accounts.catalogue import classes, load

FILE = Path(__file__).with_name("rules.yaml")
AUDIENCES = {
    "owner": "sales", "manager": "executive", "credit": "finance", "support": "support", "operations": "operations",
    "marketing": "marketing", "steward": "steward", "operator": "operator",
}  # fmt: skip
KNOWN = {"label", "sentence", "about", "class", "needs", "to", "severity", "instant", "settings", "segments"}


class BadRule(ValueError):
    """A rule that cannot be meant as it is written."""


@dataclass(frozen=True)
class AlertRule:
    """One rule: what it says, about whom, to whom, and from what it is computed."""

    name: str
    label: str
    sentence: str
    about: str
    sensitivity: str
    needs: tuple[str, ...]
    to: tuple[str, ...]
    severity: str
    instant: bool
    settings: Mapping[str, float]
    segments: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    on: bool = True

    @property
    def roles(self) -> frozenset[str]:
        """The roles told."""
        return frozenset(AUDIENCES[audience] for audience in self.to)

    def told(self, facts: Mapping[str, Any]) -> str:
        """The sentence with the facts of one finding; the label where facts of another version are missing."""
        try:
            return self.sentence.format(**facts)
        except (KeyError, IndexError):
            return f"{self.label}."

    def by_segment(self, name: str) -> dict[str, float]:
        """Per segment the value of one setting; the default stands under ''."""
        own = {segment: values[name] for segment, values in self.segments.items() if name in values}
        return {"": self.settings[name], **own}


@dataclass(frozen=True)
class AlertRules:
    """Every rule by name, with what holds for all."""

    rules: Mapping[str, AlertRule]
    cool_down_days: int
    budget_percent: float


@cache
def alert_rules() -> AlertRules:
    """The rules of this version of the product; what people set stands in versions."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return AlertRules({name: rule_of(name, entry) for name, entry in document["rules"].items()}, **document["defaults"])


def rule_of(name: str, entry: Mapping[str, Any]) -> AlertRule:
    """One rule from its entry; says where and what is wrong."""
    _refuse(name, "unknown words", set(entry) - KNOWN)
    _refuse(name, "unknown objects in needs", {need for need in entry.get("needs", ()) if need not in load()})
    _refuse(name, "unknown audiences", set(entry["to"]) - set(AUDIENCES))
    _refuse(name, "an unknown class", {entry["class"]} - set(classes()))
    _refuse(name, "an unknown severity", {entry["severity"]} - {"info", "warn", "bad"})
    _refuse(name, "something other than customer or source", {entry["about"]} - {"customer", "source"})
    return AlertRule(
        name=name,
        label=entry["label"],
        sentence=entry["sentence"],
        about=entry["about"],
        sensitivity=entry["class"],
        needs=tuple(entry.get("needs", ())),
        to=tuple(entry["to"]),
        severity=entry["severity"],
        instant=bool(entry.get("instant", False)),
        settings=entry["settings"],
        segments=entry.get("segments", {}),
    )


def _refuse(name: str, what: str, found: set[str]) -> None:
    if found:
        raise BadRule(f"{FILE.name}, rule {name}: {what}: {', '.join(sorted(found))}")

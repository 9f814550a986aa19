"""The fifteen exceptions as frozen data, with the company's tolerances and working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from accounts.access import treatment
from accounts.access.fields import Reader
from accounts.catalogue import classes
from accounts.reference import DEFAULTS, Tolerance, list_tolerances

FILE = Path(__file__).with_name("rules.yaml")


class BadRule(ValueError):
    """A rule that cannot be meant as it is written."""


@dataclass(frozen=True)
class ExceptionRule:
    """One of the fifteen: its words, its team, and what somebody must see in full to be shown it."""

    code: str
    label: str
    sentence: str
    team: str
    classes: tuple[str, ...]
    amounts: str
    tolerance: tuple[str, ...]
    reason: str

    def told(self, known: Mapping[str, Tolerance]) -> str:
        """The sentence with the tolerance that holds."""
        limits = known[self.tolerance[0]] if self.tolerance else Tolerance()
        percent = f"{limits.percent.normalize():f}" if limits.percent is not None else ""
        return self.sentence.format(days=limits.days, percent=percent)

    @property
    def number(self) -> int:
        """The place among the fifteen."""
        return int(self.code[1:])


@dataclass(frozen=True)
class Catalogue:
    """Every rule by code, and what holds for all."""

    rules: Mapping[str, ExceptionRule]
    weekend: frozenset[int]
    holidays: frozenset[str]
    look_back_days: int

    def working(self, day: date) -> bool:
        """Whether people work on a day; a holiday stands as MM-DD for each year or as a full date."""
        return day.isoweekday() not in self.weekend and not {f"{day:%m-%d}", day.isoformat()} & self.holidays

    def working_days_before(self, today: date, count: int) -> date:
        """The last day with more than so many working days between it and today, today counted."""
        day = today
        while count >= 0:
            count -= self.working(day)
            day -= timedelta(days=1)
        return day


@cache
def exception_rules() -> Catalogue:
    """The rules of this version of the product."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    calendar = document["calendar"]
    return Catalogue(
        {code: rule_of(code, entry) for code, entry in document["rules"].items()},
        frozenset(calendar["weekend"]),
        frozenset(str(day) for day in calendar["holidays"]),
        document["look_back_days"],
    )


def rule_of(code: str, entry: Mapping[str, Any]) -> ExceptionRule:
    """One rule from its entry; says where and what is wrong."""
    strange = (set(entry["classes"]) - set(classes())) | (set(entry["tolerance"]) - set(DEFAULTS))
    if strange:
        raise BadRule(f"{FILE.name}, rule {code}: nobody knows {', '.join(sorted(strange))}")
    words = {name: entry[name] for name in ("label", "sentence", "team", "reason")}
    return ExceptionRule(
        code=code,
        classes=tuple(entry["classes"]),
        amounts=entry.get("amounts", entry["classes"][-1]),
        tolerance=tuple(entry["tolerance"]),
        **words,
    )


def tolerances() -> dict[str, Tolerance]:
    """The company's tolerances by name."""
    return list_tolerances()


def visible_rules(user: Reader) -> dict[str, ExceptionRule]:
    """The rules whose documents the user may see; the others do not exist for the user."""
    return {
        code: rule
        for code, rule in exception_rules().rules.items()
        if all(treatment(user, name) == "full" for name in rule.classes)
    }

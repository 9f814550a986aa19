"""The profiles of health as frozen data: read from a document, with every mistake in it named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from accounts.health.measures import CAPPING, COMPONENTS, MEASURES, NAMES

SHIPPED = Path(__file__).with_name("profiles.yaml")
INPUT_ONE, SCORE_ONE = 10_000, 100
CONDITIONS = ("newer_than_days", "project_orders_from", "segments", "tags")
Curve = tuple[tuple[int, int], ...]


class BadDefinition(ValueError):
    """Profiles that cannot be used; one line a mistake."""


@dataclass(frozen=True)
class Cap:
    """The highest score while a condition holds; the first reason that gives the lowest cap is told."""

    at: int
    component: str | None = None
    upto: int | None = None
    weak: int | None = None
    tickets: int | None = None
    overdue_days: int | None = None
    hold: bool = False
    closed: bool = False

    @property
    def reason(self) -> str:
        """A word for the condition."""
        flags = {"closed": self.closed, "hold": self.hold, "overdue": self.overdue_days, "tickets": self.tickets,
                 "weak": self.weak}  # fmt: skip
        return next((name for name, held in flags.items() if held), self.component or "")


@dataclass(frozen=True)
class Profile:
    """Weights and curves for one kind of customer."""

    name: str
    label: str
    when: Mapping[str, Any]
    rhythm_needed: bool
    contact_days: int
    weights: tuple[int, ...]  # in the order of the measures
    curves: tuple[Curve, ...]  # inputs in ten-thousandths, scores in hundredths


@dataclass(frozen=True)
class Definition:
    """Everything the score is made by."""

    number: int
    profiles: Mapping[str, Profile]
    healthy: int
    watch: int
    hold_points: int
    provisional_below: int
    none_below: int
    stale_after: int
    caps: tuple[Cap, ...]
    closed_statuses: tuple[str, ...]
    closed_reasons: tuple[str, ...]
    document: Mapping[str, Any]

    def band_of(self, score: Decimal | None) -> str | None:
        """The band a score lies in, before hysteresis."""
        if score is None:
            return None
        return "healthy" if score >= self.healthy else "watch" if score >= self.watch else "risk"


def shipped_document() -> dict[str, Any]:
    """The profiles this version of the product comes with."""
    return read_document(SHIPPED)


def read_document(path: Path) -> dict[str, Any]:
    """A file of profiles as plain data, as a version keeps it."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as why:
        raise BadDefinition(f"{path.name} cannot be read as YAML: {why}") from why
    if not isinstance(document, dict):
        raise BadDefinition(f"{path.name} holds no profiles; start from what `health show` prints")
    return _plain(document)


def _plain(value: Any) -> Any:
    """Keys as text, so that the document survives being kept as JSON; order counts in lists alone."""
    if isinstance(value, dict):
        return {str(key): _plain(below) for key, below in value.items()}
    return [_plain(below) for below in value] if isinstance(value, list) else value


def parse(document: Mapping[str, Any], number: int) -> Definition:
    """The definition a document stands for; raises BadDefinition naming every mistake."""
    mistakes = [*_unknown(document), *_wrong_profiles(document), *_wrong_curves(document), *_wrong_caps(document)]
    if mistakes:
        raise BadDefinition("\n".join(mistakes))
    closed = document.get("closed", {})
    return Definition(
        number=number,
        profiles={entry["name"]: _profile(entry, document) for entry in document["profiles"]},
        healthy=int(document["bands"]["healthy"]),
        watch=int(document["bands"]["watch"]),
        hold_points=int(document["hold"]["points"]),
        provisional_below=int(document["coverage"]["provisional_below"]),
        none_below=int(document["coverage"]["none_below"]),
        stale_after=int(document["stale_after"]),
        caps=tuple(sorted((Cap(**entry) for entry in document["caps"]), key=lambda cap: cap.at)),
        closed_statuses=tuple(closed.get("statuses", ())),
        closed_reasons=tuple(closed.get("reasons", ())),
        document=document,
    )


def _profile(entry: Mapping[str, Any], document: Mapping[str, Any]) -> Profile:
    days = int(entry.get("contact_days", 90))
    curves = document["curves"] | entry.get("curves", {})
    return Profile(
        name=entry["name"],
        label=str(entry.get("label", entry["name"])),
        when=entry.get("when") or {},
        rhythm_needed=bool(entry.get("rhythm_needed", True)),
        contact_days=days,
        weights=tuple(int(entry["weights"].get(measure, 0)) for measure in NAMES),
        curves=tuple(_curve(curves.get(measure, FLAT), days if measure == "contact_age" else 1) for measure in NAMES),
    )


def _curve(points: Mapping[str, Any], scale: int) -> Curve:
    found = ((Decimal(str(x)) * scale * INPUT_ONE, Decimal(str(y)) * SCORE_ONE) for x, y in points.items())
    return tuple(sorted((int(x), int(y)) for x, y in found))


FLAT = {0: 100, 1: 100}  # for measures that no profile weighs
NEEDED = ("bands", "hold", "coverage", "stale_after", "caps", "curves", "profiles")


def _unknown(document: Mapping[str, Any]) -> list[str]:
    missing = [f"`{name}` is missing" for name in NEEDED if name not in document]
    strange = [f"nobody reads `{name}`" for name in document if name not in (*NEEDED, "closed")]
    for name, keys in (
        ("bands", ("healthy", "watch")), ("hold", ("points",)), ("coverage", ("provisional_below", "none_below")),
    ):  # fmt: skip
        given = document.get(name) or {}
        missing += [f"`{name}` needs `{key}`" for key in keys if not isinstance(given.get(key), int)]
    return missing + strange


def _wrong_profiles(document: Mapping[str, Any]) -> list[str]:
    profiles = document.get("profiles") or []
    found = [line for entry in profiles for line in _wrong_profile(entry)]
    if not profiles or profiles[-1].get("when"):
        found.append("the last profile must hold for everybody: `when: {}`")
    return found


def _wrong_profile(entry: Mapping[str, Any]) -> list[str]:
    name = entry.get("name")
    if not isinstance(name, str):
        return ["a profile needs a `name`"]
    weights = entry.get("weights") or {}
    found = [f"profile {name}: there is no measure `{measure}`" for measure in weights if measure not in NAMES]
    if any(not isinstance(weight, int) or weight < 0 for weight in weights.values()):
        found.append(f"profile {name}: weights are whole numbers, none below zero")
    elif sum(weights.values()) != 100:
        found.append(f"profile {name}: weights sum to {sum(weights.values())}, not 100")
    when = entry.get("when") or {}
    return found + [f"profile {name}: no condition `{word}`; there are {', '.join(CONDITIONS)}"
                    for word in when if word not in CONDITIONS]  # fmt: skip


def _wrong_curves(document: Mapping[str, Any]) -> list[str]:
    curves = document.get("curves") or {}
    weighed = {name for entry in document.get("profiles") or () for name in entry.get("weights") or ()}
    found = [f"curve {measure} is missing" for measure in NAMES if measure in weighed and measure not in curves]
    own = [(name, curve) for entry in document.get("profiles") or ()
           for name, curve in (entry.get("curves") or {}).items()]  # fmt: skip
    for name, points in [*curves.items(), *own]:
        if name not in NAMES:
            found.append(f"there is no measure `{name}` for a curve")
        elif not _sound_points(points):
            found.append(f"curve {name}: at least two points `input: score`, scores between 0 and 100")
    return found


def _sound_points(points: Any) -> bool:
    try:
        scores = [Decimal(str(y)) for x, y in points.items() if Decimal(str(x)).is_finite()]
    except (AttributeError, InvalidOperation):
        return False
    return len(scores) >= 2 and all(0 <= score <= 100 for score in scores)


def _wrong_caps(document: Mapping[str, Any]) -> list[str]:
    found = []
    for place, entry in enumerate(document.get("caps") or (), 1):
        try:
            cap = Cap(**entry)
        except TypeError as why:
            found.append(f"cap {place}: {why}")
            continue
        if cap.component is not None and cap.component not in CAPPING:
            found.append(f"cap {place}: `{cap.component}` never caps; {', '.join(CAPPING)} may")
        if not cap.reason:
            found.append(f"cap {place} has no condition")
    return found


assert {measure.component for measure in MEASURES} == set(COMPONENTS)

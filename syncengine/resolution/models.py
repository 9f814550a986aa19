"""The match model in force, frozen as a version; the first load fits its frequencies to the company's records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import polars as pl
from django.db.models import F, Q

from accounts.frames import rows
from syncengine.identity import Model, default_model, fit_frequencies
from syncengine.models import MatchVersion


@dataclass(frozen=True, slots=True)
class CurrentModel:
    """A model and the number lineage and pairs name it by."""

    number: int
    model: Model


@dataclass(frozen=True, slots=True)
class Standing:
    """The version in force with the limits its pairs were made under, and whether somebody asked for another."""

    number: int | None
    limits: dict[str, float]
    wanted: bool


def standing() -> Standing:
    """How the versions stand, by one look at them."""
    versions = rows("SELECT applied_at, number, limits::text, wanted_at FROM syncengine_matchversion")
    asked = any(wanted is not None and (applied is None or applied < wanted) for applied, _, _, wanted in versions)
    applied = [(at, number, limits) for at, number, limits, _ in versions if at is not None]
    _, number, limits = max(applied, key=lambda version: version[:2], default=(None, None, "{}"))
    return Standing(number, json.loads(limits) or {}, asked)


def current(
    *, now: datetime, standardised: pl.DataFrame | None = None, number: int | None = None
) -> CurrentModel:  # fmt: skip
    """The version in force; made from the default model and these records where there is none yet."""
    number = number or in_force()
    if number is None:
        return _first(now, standardised)
    return CurrentModel(number, load_model(number))


def numbered(number: int) -> CurrentModel:
    """A version whether it is in force or not."""
    return CurrentModel(number, load_model(number))


def in_force() -> int | None:
    """The number of the version applied last."""
    applied = MatchVersion.objects.filter(applied_at__isnull=False)
    return applied.order_by("-applied_at", "-number").values_list("number", flat=True).first()


def take_wanted(*, now: datetime) -> int | None:
    """Put the version somebody asked for in force, within the lane's round; None where none waits."""
    waiting = Q(applied_at=None) | Q(applied_at__lt=F("wanted_at"))
    wanted = MatchVersion.objects.filter(waiting, wanted_at__isnull=False).order_by("-wanted_at", "-number").first()
    if wanted is None:
        return None
    MatchVersion.objects.filter(waiting, wanted_at__isnull=False).update(wanted_at=None)
    MatchVersion.objects.filter(pk=wanted.pk).update(applied_at=now, wanted_at=wanted.wanted_at)
    return wanted.number


@lru_cache(maxsize=3)
def load_model(number: int) -> Model:
    """The model of a version; a version never changes."""
    return Model.from_bytes(bytes(MatchVersion.objects.get(number=number).body))


def _first(now: datetime, standardised: pl.DataFrame | None) -> CurrentModel:
    model = default_model()
    if standardised is not None and standardised.height:
        model = fit_frequencies(standardised, model)
    version = MatchVersion.objects.create(body=model.to_bytes(), made_at=now, applied_at=now)
    return CurrentModel(version.number, model)

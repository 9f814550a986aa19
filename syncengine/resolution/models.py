"""The match model in force, frozen as a version; the first load fits its frequencies to the company's records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import polars as pl

from syncengine.identity import Model, default_model, fit_frequencies
from syncengine.models import MatchVersion


@dataclass(frozen=True, slots=True)
class CurrentModel:
    """A model and the number lineage and pairs name it by."""

    number: int
    model: Model


def current(*, now: datetime, standardised: pl.DataFrame | None = None) -> CurrentModel:
    """The newest version; made from the default model and these records where there is none yet."""
    number = MatchVersion.objects.order_by("-number").values_list("number", flat=True).first()
    if number is None:
        return _first(now, standardised)
    return CurrentModel(number, _load(number))


@lru_cache(maxsize=2)
def _load(number: int) -> Model:
    return Model.from_bytes(bytes(MatchVersion.objects.get(number=number).body))


def _first(now: datetime, standardised: pl.DataFrame | None) -> CurrentModel:
    model = default_model()
    if standardised is not None and standardised.height:
        model = fit_frequencies(standardised, model)
    version = MatchVersion.objects.create(body=model.to_bytes(), applied_at=now)
    return CurrentModel(version.number, model)

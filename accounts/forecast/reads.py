"""The latest forecasts as a reader may see them: of the whole company, so for readers of everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.access import scope_of, treatment
from accounts.access.fields import Reader
from accounts.models import Forecast, ForecastRun

CLASSES = {"revenue": "order", "cash": "receivable", "units": "order"}
UNITS_SHOWN = 50


@dataclass(frozen=True)
class Outlook:
    """The months of one kind, with how far off such numbers used to be."""

    kind: str
    rows: tuple[Forecast, ...]
    errors: dict[str, Any]
    made_date: date


def may_see_forecast(user: Reader, kind: str) -> bool:
    """A company's total tells of every territory, so it is for who sees them all."""
    return scope_of(user).everything and treatment(user, CLASSES[kind]) == "full"


def list_outlooks(user: Reader) -> list[Outlook]:
    """The latest forecasts of the kinds the reader sees; units by product, the most wanted first."""
    run = ForecastRun.objects.order_by("-made_date").first()
    kinds = [kind for kind in CLASSES if may_see_forecast(user, kind)]
    if run is None:
        return []
    found = []
    for kind in kinds:
        rows = Forecast.objects.filter(run=run, kind=kind).select_related("product")
        first = rows.order_by("month").first()
        wanted = (rows.filter(month=first.month) if first else rows).order_by("-expected", "pk")[:UNITS_SHOWN]
        shown = wanted if kind == "units" else rows.order_by("month")
        found.append(Outlook(kind, tuple(shown), run.errors.get(kind) or {}, run.made_date))
    return found

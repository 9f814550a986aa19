"""The latest forecasts as a reader may see them: of the whole company who sees everything, else of territories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from accounts.access import scope_of, treatment
from accounts.access.fields import Reader
from accounts.models import Forecast, ForecastRun

CLASSES = {"revenue": "order", "cash": "receivable", "units": "order"}
UNITS_SHOWN = 50


@dataclass(frozen=True)
class Outlook:
    """The months of one kind and territory, with how far off such numbers used to be."""

    kind: str
    rows: tuple[Forecast, ...]
    errors: dict[str, Any]
    made_date: date
    territory: str = ""  # empty for the whole company
    place: int | None = None


def may_see_forecast(user: Reader, kind: str) -> bool:
    """A total tells of whole territories, so it is for who sees them all, or some of them wholly."""
    scope = scope_of(user)
    within = scope.everything or (bool(scope.territories) and kind != "units")
    return within and treatment(user, CLASSES[kind]) == "full"


def list_outlooks(user: Reader) -> list[Outlook]:
    """The latest forecasts the reader sees: the company's, its territories', units by product."""
    run = ForecastRun.objects.order_by("-made_date").first()
    kinds = [kind for kind in CLASSES if may_see_forecast(user, kind)]
    if run is None or not kinds:
        return []
    scope = scope_of(user)
    rows = Forecast.objects.filter(run=run, kind__in=kinds).exclude(kind="units").select_related("territory")
    rows = rows if scope.everything else rows.filter(territory__in=scope.territories)
    found = list(_outlooks(run, rows.order_by("territory__label", "territory", "kind", "month")))
    found.sort(key=lambda one: (one.place is not None, one.territory, list(CLASSES).index(one.kind)))
    company = [one for one in found if one.place is None]
    return company + ([_units(run)] if "units" in kinds else []) + [one for one in found if one.place is not None]


def _outlooks(run: ForecastRun, rows: Iterable[Forecast]) -> Iterable[Outlook]:
    for (place, kind), group in groupby(rows, key=lambda row: (row.territory_id, row.kind)):
        months = tuple(group)
        errors = run.errors.get(kind if place is None else f"{kind} {place}") or {}
        label = months[0].territory.label if months[0].territory else ""
        yield Outlook(kind, months, errors, run.made_date, label, place)


def _units(run: ForecastRun) -> Outlook:
    """Products of the running month, the most wanted first."""
    rows = Forecast.objects.filter(run=run, kind="units").select_related("product")
    first = rows.order_by("month").first()
    wanted = (rows.filter(month=first.month) if first else rows).order_by("-expected", "pk")[:UNITS_SHOWN]
    return Outlook("units", tuple(wanted), run.errors.get("units") or {}, run.made_date)

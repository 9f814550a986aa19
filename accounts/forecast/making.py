"""Forecasts made and kept: every number with its record, and what came once a month is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.forecast import series
from accounts.forecast.methods import HORIZONS, Expected, Measured, Past, choose_units, forecast
from accounts.frames import execute
from accounts.models import Account, Forecast, ForecastRun, Invoice, Territory

VERSION = 1
ORIGINS = 18  # months looked back at
SOURCES = {
    "revenue": (series.REVENUE, series.BOOKED, series.PIPELINE), "cash": (series.CASH, series.DUE, None),
}  # fmt: skip


def make_due(*, today: date, at: datetime) -> ForecastRun | None:
    """Forecasts where the last are a week old or of another month; None where nothing was due or ever billed."""
    last = ForecastRun.objects.order_by("-made_date").values_list("made_date", flat=True).first()
    if last and last > today - timedelta(days=7) and last.month == today.month:
        return None
    return make_forecasts(today=today, at=at) if Invoice.objects.exists() else None


@transaction.atomic
def make_forecasts(*, today: date, at: datetime) -> ForecastRun:
    """Forecasts of the running month and the five after it; replaces those made earlier on the same day."""
    ForecastRun.objects.filter(made_date=today).delete()
    run = ForecastRun.objects.create(made_at=at, made_date=today, version=VERSION)
    errors: dict[str, object] = {kind: _make(run, kind, today) for kind in SOURCES}
    # Territories are few, and forecasts are made once a week.
    used = Account.objects.filter(sales_territory=OuterRef("pk"))
    for territory in Territory.objects.filter(Exists(used)).order_by("pk"):
        for kind in SOURCES:
            errors[f"{kind} {territory.pk}"] = _make(run, kind, today, territory.pk)
    errors["units"] = _make_units(run, today)
    run.errors = errors
    run.save(update_fields=["errors"])
    settle(today)
    return run


def _make(run: ForecastRun, kind: str, today: date, territory: int | None = None) -> dict[str, object]:
    expected, measured, past = expect(kind, today, territory)
    Forecast.objects.bulk_create([_row(run, kind, one, today, territory) for one in expected])
    return _errors(measured) | {"past": past}


def expect(kind: str, today: date, territory: int | None = None) -> tuple[list[Expected], Measured, list[float]]:
    """What is expected of one kind, how far off such numbers used to be, and the twelve months before."""
    query, booked_by, likely_by = SOURCES[kind]
    origins = [series.month_of(today, back) for back in range(-ORIGINS, 1)]
    months = [series.month_of(origins[0], back) for back in range(-24, 0)] + origins
    values = series.monthly(query, months, today, territory)
    first = next((place for place, value in enumerate(values) if value), len(values))
    booked = series.known(booked_by, origins, territory)
    likely = series.known(likely_by, origins, territory) if likely_by else {}
    pasts = [
        Past(
            values[min(first, place + 24) : place + 24],
            {ahead: booked.get((origin, series.month_of(origin, ahead - 1)), 0.0) for ahead in range(1, HORIZONS + 1)},
            {ahead: likely.get((origin, series.month_of(origin, ahead - 1)), 0.0) for ahead in range(1, HORIZONS + 1)},
        )
        for place, origin in enumerate(origins)
    ]
    kept = [place for place, past in enumerate(pasts) if len(past.values) >= 3] or [len(pasts) - 1]
    found = forecast([pasts[place] for place in kept], [values[place + 24] for place in kept[:-1]])
    return *found, [round(value, 2) for value in values[-13:-1]]


def _make_units(run: ForecastRun, today: date) -> dict[str, float | None]:
    months = [series.month_of(today, back) for back in range(-24, 0)]
    frame = series.units(months, series.month_of(today))
    expected, misses, errors = choose_units(frame.drop("product_id").to_numpy())
    left = series.shipped(today)
    rows = [
        Forecast(
            run=run, kind="units", product_id=product, month=series.month_of(today, ahead), method="least missed mean",
            low=_money(max(value - miss, 0)), expected=_money(value), high=_money(value + miss),
            parts={"shipped": left[product]} if product in left else {},
        )
        for product, value, miss in zip(frame["product_id"], expected, misses, strict=True)
        for ahead in range(3)
    ]  # fmt: skip
    Forecast.objects.bulk_create(rows, batch_size=5000)
    return errors


def _row(run: ForecastRun, kind: str, one: Expected, today: date, territory: int | None) -> Forecast:
    return Forecast(
        run=run, kind=kind, territory_id=territory, month=series.month_of(today, one.ahead - 1), low=_money(one.low),
        expected=_money(one.value), high=_money(one.high), method=one.method,
        parts={name: round(value, 2) for name, value in one.parts.items()},
    )  # fmt: skip


def _errors(measured: Measured) -> dict[str, object]:
    return {"chosen": measured.chosen, **measured.naive, "months": measured.months}


def _money(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")


def settle(today: date) -> int:
    """Write beside every forecast of a month that is over what came; how many that were."""
    params = {"since": date(1900, 1, 1), "today": today, "month": series.month_of(today)}
    count = 0
    owed = Forecast.objects.filter(actual=None, month__lt=params["month"], product=None)
    for kind, territory in owed.values_list("kind", "territory").distinct().order_by("kind", "territory"):
        query = series.within(series.REVENUE if kind == "revenue" else series.CASH, territory)
        count += execute(
            f"UPDATE accounts_forecast f SET actual = coalesce(a.amount, 0) FROM accounts_forecast g "
            f"LEFT JOIN ({query}) a ON a.month = g.month WHERE f.id = g.id AND f.kind = '{kind}' AND f.actual IS NULL "
            "AND f.territory_id IS NOT DISTINCT FROM %(territory)s AND f.month < %(month)s",
            params | {"territory": territory},
        )  # fmt: skip
    return count + execute(
        f"UPDATE accounts_forecast f SET actual = coalesce(a.amount, 0) FROM accounts_forecast g LEFT JOIN "
        f"({series.UNITS}) a ON a.month = g.month AND a.product_id = g.product_id WHERE f.id = g.id "
        "AND f.kind = 'units' AND f.actual IS NULL AND f.month < %(month)s", params,
    )  # fmt: skip

"""What to expect: revenue and cash by month for who sees all of it, units by product for procurement."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.forecast.reads import CLASSES, Outlook, list_outlooks, may_see_forecast
from accounts.forecast.series import month_of
from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.charts.forecast import forecast_figure
from dashboards.pages import allowed, page, reader

CHARTS = 4
RANGE = ("low", "expected", "high")
TITLES = {"revenue": "Revenue", "cash": "Cash in", "units": "Units by product"}


@dataclass(frozen=True)
class Section:
    """One kind on the page: its finding, chart and rows."""

    outlook: Outlook
    title: str
    finding: str
    figure: dict[str, Any] | None
    quality: str

    @property
    def id(self) -> str:
        """A name for the section's elements."""
        return f"{self.outlook.kind}-{self.outlook.place or 'company'}"


@dataclass(frozen=True)
class TerritoryRow:
    """Six months of one kind in one territory."""

    outlook: Outlook
    title: str
    low: Decimal
    expected: Decimal
    high: Decimal
    missed: float | None


def may_see(user: User) -> bool:
    """Whether there is a forecast for this role."""
    return any(may_see_forecast(user, kind) for kind in CLASSES)


@allowed(may_see)
def forecasts(request: HttpRequest) -> HttpResponse:
    """The latest forecasts, each with its range and its past errors."""
    currency = base_currency()
    outlooks = list_outlooks(reader(request))
    company, parts = ([one for one in outlooks if (one.place is None) is whole] for whole in (True, False))
    context = {
        "sections": [_section(one, currency) for one in company or parts[:CHARTS]], "currency": currency,
        "territories": [_territory(one) for one in parts],
    }  # fmt: skip
    return page(request, "dashboards/forecast/page.html", context, current="forecast")


def _territory(outlook: Outlook) -> TerritoryRow:
    sums = [sum((getattr(row, name) or Decimal(0) for row in outlook.rows), Decimal(0)) for name in RANGE]
    low, expected, high = sums
    missed = outlook.errors.get("chosen")
    return TerritoryRow(outlook, TITLES[outlook.kind], low, expected, high, missed if missed is None else missed / 100)


def _section(outlook: Outlook, currency: str) -> Section:
    rows = outlook.rows
    if outlook.kind == "units":
        named = f"{rows[0].product} is wanted most" if rows else "No product has been ordered for long enough"
        return Section(outlook, TITLES["units"], named, None, quality_of(outlook))
    past = outlook.errors.get("past") or []
    months = [month_of(outlook.made_date, back) for back in range(-len(past), 0)]
    ahead = [(row.month, float(row.low or 0), float(row.expected or 0), float(row.high or 0)) for row in rows]
    total = sum(row[2] for row in ahead)
    place = f" in {outlook.territory}" if outlook.place else ""
    finding = f"{TITLES[outlook.kind]} of {total:,.0f} {currency} expected{place} over six months"
    figure = forecast_figure(list(zip(months, past, strict=True)), ahead, currency)
    return Section(outlook, TITLES[outlook.kind], finding, figure, quality_of(outlook))


def quality_of(outlook: Outlook) -> str:
    """How far off such forecasts used to be, beside naive ones."""
    told = {name: value for name, value in outlook.errors.items() if isinstance(value, float)}
    if told.get("chosen") is None:
        return "The past is too short to say how far off this may be."
    naive = ", ".join(f"{value:.0f} % by “{name}”" for name, value in told.items() if name != "chosen")
    return f"Such forecasts missed by {told['chosen']:.0f} % of what came{f', against {naive}' if naive else ''}."

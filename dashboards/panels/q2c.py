"""The quote-to-cash page: headlines, where money is stuck, where time is lost, and what is wrong by type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import LegalEntity, User
from accounts.quote_to_cash.flows import get_flow
from accounts.quote_to_cash.kpis import Kpis, Linked, Ratio, StepTime, get_kpis
from accounts.quote_to_cash.reading import RuleTotal
from accounts.quote_to_cash.slices import Slice
from accounts.quote_to_cash.unbilled import get_unbilled, older
from accounts.quote_to_cash.way import RATIOS
from accounts.selectors.choices import list_choices
from dashboards.charts.sankey import flow_chart
from dashboards.charts.steps import step_chart
from dashboards.panels.headlines import Headline
from dashboards.templatetags.figures import money, number, percent, short_money

MONTHS = 12
POOR = Decimal("0.9")
KEPT = ("since", "until", "owner", "segment", "entity")


@dataclass(frozen=True)
class Select:
    """A menu of one filter."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TypeBar:
    """One type of exception with its share of the most valuable."""

    total: RuleTotal
    share: float
    current: bool
    query: str


def slice_of(user: User, params: Mapping[str, str], today: date) -> Slice:
    """What the address asks for: whole months, the last twelve unless told."""
    until = month_of(params.get("until", ""))
    since = month_of(params.get("since", "")) or _first_of(today, MONTHS - 1)
    return Slice(
        user=user,
        since=since,
        until=_end_of(until) if until else None,
        owner=params.get("owner", ""),
        segment=params.get("segment", ""),
        entity=params.get("entity", ""),
    )


def month_of(text: str) -> date | None:
    """The first day of a month written YYYY-MM; what is no month is no filter."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def selects_of(user: User, part: Slice, today: date) -> list[Select]:
    """The filters above the page; two reads."""
    choices = list_choices(user)
    months = [(f"{day:%Y-%m}", f"{day:%b %Y}") for day in (_first_of(today, back) for back in range(24))]
    entities = [(entity.code, entity.label) for entity in LegalEntity.objects.order_by("label")]
    found = [
        Select("since", "From", f"{part.since:%Y-%m}" if part.since else "", months),
        Select("until", "To", f"{part.until:%Y-%m}" if part.until else "", months),
        Select("owner", "Owner", part.owner, _same(choices.get("owner", ()))),
        Select("segment", "Segment", part.segment, _same(choices.get("segment", ()))),
        Select("entity", "Company", part.entity, entities),
    ]
    return [select for select in found if len(select.options) > 1]


def overview(part: Slice, totals: Sequence[RuleTotal], currency: str, today: date) -> dict[str, Any]:
    """Everything of the page but its exceptions."""
    kpis, flow, aged = get_kpis(part), get_flow(part), get_unbilled(part, today=today)
    stages = [(stage.name, stage.amount, stage.booked) for stage in flow.stages]
    return {
        "headlines": headlines(kpis, totals, currency, older(aged)),
        "unbilled": aged if kpis.unbilled else (),
        "flow": flow_chart(stages, flow.parts, currency),
        "steps": step_chart([(step.label, step.median, step.p90) for step in kpis.steps]),
        "kpis": kpis,
        "linked": kpis.linked,
        "linked_words": linked_words(kpis.linked),
        "chains": kpis.chains,
        "deals": part.sees("pipeline"),
        "hidden": [label for label, cls in (("deals and quotes", "pipeline"), ("invoices and payments", "receivable"))
                   if not part.sees(cls)],
    }  # fmt: skip


def headlines(kpis: Kpis, totals: Sequence[RuleTotal], currency: str, late: Decimal) -> list[Headline]:
    """Up to eight figures, those the reader sees."""
    ratios = {ratio.name: ratio for ratio in kpis.ratios}
    found = [_lead(kpis.lead_to_cash)] if kpis.lead_to_cash else []
    found += [_ratio(ratios[name]) for name in ("conversion", "otif", "right", "straight") if name in ratios]
    found.append(Headline("Backlog", short_money(kpis.backlog, currency), money(kpis.backlog, currency),
                          "Confirmed, not shipped", figure="portfolio_backlog"))  # fmt: skip
    if kpis.unbilled is not None:
        found.append(Headline("Shipped, not invoiced", short_money(kpis.unbilled, currency),
                              money(kpis.unbilled, currency),
                              f"{short_money(late, currency)} left over 30 days ago" if late else "At order price",
                              "warn" if kpis.unbilled > 0 else "", figure="portfolio_unbilled"))  # fmt: skip
    stake = sum((total.at_stake or Decimal(0) for total in totals), Decimal(0))
    count = sum(total.count for total in totals)
    found.append(Headline("At stake", short_money(stake, currency), money(stake, currency),
                          f"{number(count)} open exception{'' if count == 1 else 's'}",
                          "bad" if stake else "", figure="value_at_stake"))  # fmt: skip
    return found


def type_bars(totals: Sequence[RuleTotal], chosen: str, query: str) -> list[TypeBar]:
    """Types of exceptions as bars, each a filter of the table."""
    most = max((float(total.at_stake or 0) for total in totals), default=0.0)
    return [
        TypeBar(
            total,
            float(total.at_stake or 0) / most * 100 if most else 0.0,
            total.rule.code == chosen,
            f"?{query}" if total.rule.code == chosen else f"?{query}&rule={total.rule.code}",
        )
        for total in totals
    ]


def linked_words(linked: Linked) -> str:
    """The share of value that is linked, in a sentence."""
    if linked.share is None:
        return "Nothing to link yet."
    explicit, inferred = linked.explicit / linked.total, linked.inferred / linked.total
    words = f"{percent(linked.share)} of value linked: {percent(explicit)} explicit, {percent(inferred)} inferred"
    return f"{words}, {percent(linked.none / linked.total)} not."


def _lead(step: StepTime) -> Headline:
    value = f"{step.median:.0f} days" if step.median is not None else "—"
    p90 = f"P90 {step.p90:.0f} · " if step.p90 is not None else ""
    note = f"{p90}{number(step.count)} paid deals"
    return Headline("Lead to cash", value, "Won to last payment, median", note, figure="quote_to_cash_days")


def _ratio(ratio: Ratio) -> Headline:
    poor = ratio.share is not None and ratio.share < POOR and ratio.name in ("otif", "right")
    tone = "warn" if poor else ""
    figure = {"otif": "on_time_in_full"} | RATIOS
    return Headline(ratio.label, percent(ratio.share), ratio.meaning, ratio.meaning, tone, figure=figure[ratio.name])


def _same(values: Sequence[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


def _first_of(today: date, back: int) -> date:
    place = today.year * 12 + today.month - 1 - back
    return date(place // 12, place % 12 + 1, 1)


def _end_of(month: date) -> date:
    return _first_of(month, -1) - timedelta(days=1)

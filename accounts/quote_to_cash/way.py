"""How the company's way from quote to payment went: ratios, steps and links of the chains of twelve months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from accounts.models import ProcessException
from accounts.models.exception import OPEN_STATES
from accounts.quote_to_cash.kpis import STEPS, Linked, Ratio, StepTime, get_kpis
from accounts.quote_to_cash.slices import Slice

YEAR = timedelta(365)
RATIOS = {"conversion": "quote_to_order", "won_to_order": "won_to_order", "right": "billed_right",
          "straight": "straight_through"}  # fmt: skip
STEP = {name: f"days_{name}" for name in STEPS if name != "ordered_shipped"}  # that one is the time of fulfilment
NAMES = (*RATIOS.values(), *STEP.values(), "linked_value", "value_at_stake")
Value = tuple[Decimal | None, dict[str, Any]]


def tell_way(part: Slice, today: date) -> dict[str, Value]:
    """Every figure of NAMES with what it was made of; they share a few statements."""
    kpis = get_kpis(replace(part, since=today - YEAR))
    found = {RATIOS[ratio.name]: _ratio(ratio) for ratio in kpis.ratios if ratio.name in RATIOS}
    found |= {STEP[step.name]: _step(step) for step in kpis.steps if step.name in STEP}
    return found | {"linked_value": _linked(kpis.linked), "value_at_stake": _at_stake(part)}


def _ratio(ratio: Ratio) -> Value:
    share = None if ratio.share is None else ratio.share * 100
    return share, {"top": str(ratio.top), "bottom": str(ratio.bottom)}


def _step(step: StepTime) -> Value:
    p90 = None if step.p90 is None else str(step.p90)
    return step.median, {"p90": p90, "count": step.count, "excluded": step.excluded}


def _linked(linked: Linked) -> Value:
    share = None if linked.share is None else linked.share * 100
    return share, {"top": str(linked.explicit + linked.inferred), "bottom": str(linked.total)}


def _at_stake(part: Slice) -> Value:
    rows = part.within(ProcessException.objects.filter(state__in=OPEN_STATES), "since_date")
    found = rows.order_by().aggregate(sum=Sum("at_stake"), count=Count("pk"))
    return found["sum"] or Decimal(0), {"count": found["count"]}

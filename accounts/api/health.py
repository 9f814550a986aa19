"""A customer's health with its explanation and history, for programs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_account_or_404
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.errors import Refused
from accounts.api.rows import exact
from accounts.health.explain import Line
from accounts.health.reads import Health, get_health

HIDDEN = ("score", "uncapped", "coverage", "cap", "cap_reason", "profile", "version", "moved_30", "pulse", "measures",
          "change", "history")  # fmt: skip


@schema.described(
    operation_id="get_account_health",
    parameters=[
        OpenApiParameter("from", date, description="Explain the change since this day; 30 days ago unless told"),
        OpenApiParameter("to", date, description="and until this one; today unless told"),
    ],
    responses={200: schema.answer_of("Health", health=serializers.DictField())} | schema.PROBLEMS,
    tags=["Customers"],
)
class HealthView(ReadView):
    """Score, band and coverage of a customer, each measure's points, and 26 weeks of history."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The health of the customer the id leads to today, null before it was first computed."""
        account = get_account_or_404(request.user, number_of(kwargs["id"]))
        today = timezone.localdate()
        start, end = _day(request, "from") or today - timedelta(30), _day(request, "to") or today
        health = get_health(request.user, account, today=today, start=start, end=end)
        if health is None:
            return answer(request, None, redacted=("state", "band", *HIDDEN))
        if not health.full:
            return answer(request, {"state": health.state, "band": health.band}, redacted=HIDDEN)
        return answer(request, health_data(health), redacted=_hidden(health))


def health_data(health: Health) -> dict[str, Any]:
    """Health as programs get it; points are exact, so that they add up."""
    change = health.change
    return {
        "state": health.state, "band": health.band, "score": exact(health.score), "uncapped": exact(health.uncapped),
        "coverage": health.coverage, "cap": health.cap, "cap_reason": health.cap_reason or None,
        "profile": health.profile, "version": health.version, "computed_date": health.computed_date,
        "moved_30": exact(health.moved_30),
        "pulse": health.pulse and {"points": health.pulse.points, "reason": health.pulse.reason,
                                   "expires_date": health.pulse.expires_date},
        "measures": [_measure(line) for line in health.lines],
        "change": change and {
            "from": change.start, "to": change.end, "moved": exact(change.moved), "by_data": exact(change.by_data),
            "parts": [{"kind": part.kind, "name": part.name, "points": exact(part.points)} for part in change.parts],
        },
        "history": [
            {"since": row.day, "score": exact(row.score), "band": row.band, "coverage": row.coverage,
             "version": row.version, "reconstructed": row.reconstructed} for row in health.days
        ],
    }  # fmt: skip


def _measure(line: Line) -> dict[str, Any]:
    data = {
        "name": line.measure.name, "component": line.measure.component, "score": exact(line.score),
        "weight": line.weight, "points": exact(line.points), "stale": line.stale,
    }  # fmt: skip
    return data if line.hidden else data | {"input": exact(line.input), "unit": line.measure.unit}


def _hidden(health: Health) -> list[str]:
    return [f"measures.{line.measure.name}.input" for line in health.lines if line.hidden]


def _day(request: Request, name: str) -> date | None:
    text = request.query_params.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as why:
        raise Refused(f"{name} is a day such as 2026-01-31, not {text!r}.", "bad-date") from why

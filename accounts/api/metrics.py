"""Definitions of figures for programs: what each means, what it rests on, and whether the caller sees it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView
from accounts.api.errors import Refused
from accounts.api.rows import exact
from accounts.filtersets import AccountFilter
from accounts.quote_to_cash.kept import Figure, get_figure, list_figures
from accounts.selectors.breakdown import NoBreakdown, break_down
from accounts.selectors.metrics import Entry, get_metric, list_metrics

TAGS = ["Figures"]
TEXT = serializers.CharField
SHAPE: dict[str, serializers.Field[Any, Any, Any, Any]] = {
    "label": TEXT(),
    "of": TEXT(),
    "unit": TEXT(),
    "meaning": TEXT(),
    "formula": TEXT(),
    "sources": serializers.ListField(child=TEXT()),
    "version": serializers.IntegerField(),
    "seen": serializers.BooleanField(),
    "missing": serializers.ListField(child=TEXT()),
    "as_of": serializers.DateTimeField(allow_null=True),
    "worst_source": TEXT(allow_null=True),
    "coverage": serializers.IntegerField(),
    "value": serializers.DictField(required=False, help_text="Of all customers: value, facts, computed_at, over"),
}


def metric_data(entry: Entry, figure: Figure | None = None) -> dict[str, Any]:
    """One definition as programs get it, with the value where it is told of all customers."""
    told = asdict(entry.metric)
    told["class"] = told.pop("sensitivity")
    told["in_summary"] = told.pop("in_summary")
    value = {} if figure is None else {"value": _value(figure)}
    return told | asdict(entry.standing) | {"seen": entry.seen} | value


def _value(figure: Figure) -> dict[str, Any]:
    return {
        "value": exact(figure.value),
        "facts": figure.facts,
        "computed_at": figure.computed_at,
        "over": "all customers" if figure.everybody else "customers within reach",
    }


@schema.described(
    operation_id="list_metric",
    responses={200: schema.answer_of("MetricList", metrics=serializers.ListField(child=serializers.DictField()))}
    | schema.PROBLEMS,
    tags=TAGS,
)
class MetricListView(ReadView):
    """Every figure's definition."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """All definitions; there are about a hundred."""
        figures = list_figures(request.user)
        entries = [metric_data(entry, figures.get(entry.metric.name)) for entry in list_metrics(request.user)]
        return answer(request, {"metrics": entries})


@schema.described(
    operation_id="break_down_metric",
    parameters=[*schema.filter_parameters(AccountFilter)],
    responses={200: schema.answer_of("Breakdown", slices=serializers.ListField(child=serializers.DictField()))}
    | schema.PROBLEMS,
    tags=TAGS,
)
class BreakdownView(ReadView):
    """A figure by segment, country, owner or status over the customers the filters leave."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """One slice a value, the largest first."""
        rows = AccountFilter.of(request.user, request.query_params).qs
        try:
            found = break_down(request.user, rows, kwargs["name"], kwargs["by"])
        except NoBreakdown as error:
            raise Refused(str(error), "no-breakdown") from error
        slices = [{"value": part.value, "customers": part.customers, "amount": exact(part.amount)} for part in found]
        return answer(request, {"slices": slices})


@schema.described(
    operation_id="get_metric", responses={200: schema.answer_of("Metric", **SHAPE)} | schema.PROBLEMS, tags=TAGS
)
class MetricView(ReadView):
    """One figure's definition."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The definition of that name."""
        entry = get_metric(request.user, kwargs["name"])
        figure = get_figure(request.user, entry.metric.name, today=timezone.localdate())
        return answer(request, metric_data(entry, figure))

"""What is expected of coming months, for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView
from accounts.api.rows import exact
from accounts.forecast.reads import CLASSES, Outlook, list_outlooks, may_see_forecast
from accounts.selectors.money import base_currency

ROWS = serializers.ListField(child=serializers.DictField())
ANSWER = schema.answer_of("Forecasts", currency=serializers.CharField(), forecasts=ROWS)


@schema.described(operation_id="list_forecasts", responses={200: ANSWER} | schema.PROBLEMS, tags=["Forecasts"])
class ForecastView(ReadView):
    """Revenue, cash in and units by month, of the company and by territory, with ranges and past errors."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The latest forecasts the caller may see; kinds it may not are named as redacted."""
        data = {"currency": base_currency(), "forecasts": [_forecast(one) for one in list_outlooks(request.user)]}
        hidden = [kind for kind in CLASSES if not may_see_forecast(request.user, kind)]
        return answer(request, data, redacted=hidden)


def _forecast(outlook: Outlook) -> dict[str, Any]:
    return {
        "kind": outlook.kind, "territory": outlook.territory or None, "made_date": outlook.made_date,
        "missed_percent": {name: value for name, value in outlook.errors.items() if isinstance(value, float)},
        "months": [
            {"month": row.month, "low": exact(row.low), "expected": exact(row.expected), "high": exact(row.high),
             "method": row.method, "parts": row.parts} | ({"product_id": str(row.product_id)} if row.product_id else {})
            for row in outlook.rows
        ],
    }  # fmt: skip

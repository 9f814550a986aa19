"""Alerts, for programs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.alerts.inbox import SORTS, AlertRow, get_alert, told, visible_alerts
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.errors import Refused
from accounts.api.fields import limit_of
from accounts.api.lists import page_data
from accounts.api.rows import exact
from accounts.filtersets import AlertFilter
from accounts.selectors.paging import keyset_page

TEXT = serializers.CharField
TAGS = ["Alerts"]


class AlertSerializer(serializers.Serializer[Any]):
    """One alert."""

    id = TEXT()
    rule = TEXT()
    label = TEXT()  # type: ignore[assignment]  # the field of that name
    text = TEXT()
    severity = TEXT(help_text="info, warn or bad")
    account_id = TEXT(allow_null=True)
    source = TEXT(allow_null=True)  # type: ignore[assignment]  # the field of that name
    facts = serializers.DictField()
    opened_at = serializers.DateTimeField()
    renewed_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    snooze_reason = TEXT(allow_blank=True)
    muted = serializers.BooleanField(help_text="A source it needs is in error")


class AlertPageSerializer(serializers.Serializer[Any]):
    """A page of alerts."""

    data = AlertSerializer(many=True)  # type: ignore[assignment]  # the field of that name
    page = schema.PageSerializer()
    meta = schema.MetaSerializer()


class AlertAnswerSerializer(serializers.Serializer[Any]):
    """One alert."""

    data = AlertSerializer()  # type: ignore[assignment]  # the field of that name
    meta = schema.MetaSerializer()


def alert_data(row: AlertRow) -> dict[str, Any]:
    """An alert as programs get it."""
    alert = row.alert
    names = (
        "severity", "opened_at", "renewed_at", "closed_at", "acknowledged_at", "snoozed_until", "snooze_reason",
        "muted",
    )  # fmt: skip
    return {
        "id": str(alert.pk),
        "rule": alert.rule,
        "label": row.rule.label,
        "text": row.text,
        "account_id": str(alert.account_id) if alert.account_id else None,
        "source": alert.source.name if alert.source else None,
        "facts": {name: exact(value) for name, value in alert.facts.items()},
    } | {name: getattr(alert, name) for name in names}


@schema.described(
    operation_id="list_alert",
    parameters=[
        *schema.filter_parameters(AlertFilter),
        OpenApiParameter("sort", str, description=f"{', '.join(SORTS)}; - for descending"),
        *schema.LIST_PARAMETERS,
    ],
    responses={200: AlertPageSerializer} | schema.PROBLEMS,
    tags=TAGS,
)
class AlertListView(ReadView):
    """Alerts of rules whose class the role sees."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """A page of alerts, the latest first unless asked otherwise."""
        sort = request.query_params.get("sort", "-opened_at")
        if sort.removeprefix("-") not in SORTS:
            raise Refused(f"Sort by {', '.join(SORTS)}, with - for descending.", "bad-sort")
        order = SORTS[sort.removeprefix("-")]
        rows = AlertFilter.of(request.user, request.query_params, visible_alerts(request.user)).qs
        page = keyset_page(
            rows.select_related("account", "source"), order.reversed() if sort.startswith("-") else order,
            request.query_params.get("cursor"), limit_of(request),
        )  # fmt: skip
        data = [alert_data(row) for row in told(page.rows, timezone.now())]
        return answer(request, data, page=page_data(request, page, rows))


@schema.described(operation_id="get_alert", responses={200: AlertAnswerSerializer} | schema.PROBLEMS, tags=TAGS)
class AlertView(ReadView):
    """One alert."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The alert, if its class is the caller's to see."""
        found = get_alert(request.user, number_of(kwargs["id"]))
        return answer(request, alert_data(told([found], timezone.now())[0]))

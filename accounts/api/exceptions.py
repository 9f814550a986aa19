"""Exceptions of the way from deal to payment, for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.errors import Refused
from accounts.api.fields import limit_of
from accounts.api.lists import page_data
from accounts.api.rows import exact
from accounts.catalogue import load
from accounts.filtersets import ExceptionFilter
from accounts.models.exception import REASONS, STATES
from accounts.quote_to_cash.reading import (
    AMOUNT_FIELDS,
    SORTS,
    ExceptionRow,
    get_exception,
    page_of,
    redacted_amounts,
    told,
    visible_exceptions,
)
from accounts.quote_to_cash.rules import visible_rules

TEXT, MONEY = serializers.CharField, serializers.DecimalField
NAMES = {spec.code: spec.name for spec in load()}
TAGS = ["Quote to cash"]
AS_KEPT = ("unit", "currency", "since_date", "state", "reason", "team", "opened_at", "changed_at", "closed_at")


class ExceptionSerializer(serializers.Serializer[Any]):
    """One exception; values the role does not see are absent and named in meta.redacted."""

    id = TEXT()
    rule = TEXT(help_text="E1 to E15")
    label = TEXT()  # type: ignore[assignment]  # the field of that name
    sentence = TEXT()
    account_id = TEXT()
    object = TEXT(help_text="Kind of the document or line it is about")
    row_id = TEXT()
    document = serializers.DictField(help_text="object and id")
    other = serializers.DictField(allow_null=True, help_text="object and id of the side compared with")
    number = TEXT(allow_null=True)
    expected = TEXT(required=False, allow_null=True)
    found = TEXT(required=False, allow_null=True)
    difference = MONEY(max_digits=20, decimal_places=4, required=False, allow_null=True)
    unit = TEXT()
    currency = TEXT(allow_null=True)
    at_stake = MONEY(max_digits=20, decimal_places=4, required=False, allow_null=True, help_text="Base currency")
    since_date = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=STATES)
    reason = serializers.ChoiceField(choices=[*REASONS, ""])
    team = TEXT()
    assignee = TEXT(allow_null=True)
    chain_id = TEXT(allow_null=True)
    opened_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ExceptionPageSerializer(serializers.Serializer[Any]):
    """A page of exceptions."""

    data = ExceptionSerializer(many=True)  # type: ignore[assignment]  # the field of that name
    page = schema.PageSerializer()
    meta = schema.MetaSerializer()


class ExceptionAnswerSerializer(serializers.Serializer[Any]):
    """One exception."""

    data = ExceptionSerializer()  # type: ignore[assignment]  # the field of that name
    meta = schema.MetaSerializer()


def exception_data(row: ExceptionRow) -> dict[str, Any]:
    """An exception as programs get it."""
    one = row.exception
    data = {
        "id": str(one.pk),
        "rule": one.rule,
        "label": row.rule.label,
        "sentence": row.sentence,
        "account_id": str(one.account_id),
        "object": NAMES[one.object],
        "row_id": str(one.row_id),
        "document": _side(one.document_object, one.document_id),
        "other": _side(one.other_object, one.other_id),
        "number": one.label,
        "assignee": str(one.assignee) if one.assignee else None,
        "chain_id": str(one.chain_id) if one.chain_id else None,
    }
    data |= {name: getattr(one, name) for name in AS_KEPT}
    return data | ({name: exact(getattr(one, name)) for name in AMOUNT_FIELDS} if row.shows_amounts else {})


def _side(object: int | None, id: int | None) -> dict[str, str] | None:
    return {"object": NAMES[object], "id": str(id)} if object else None


@schema.described(
    operation_id="list_exception",
    parameters=[
        *schema.filter_parameters(ExceptionFilter),
        OpenApiParameter("sort", str, description=f"{', '.join(SORTS)}; - for descending"),
        *schema.LIST_PARAMETERS,
    ],
    responses={200: ExceptionPageSerializer} | schema.PROBLEMS,
    tags=TAGS,
)
class ExceptionListView(ReadView):
    """Exceptions of rules whose documents the role sees."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """A page of exceptions, the latest change first unless asked otherwise."""
        sort = request.query_params.get("sort", "-changed_at")
        allowed = [name for name in SORTS if name != "at_stake" or not _hidden(request)]
        if sort.removeprefix("-") not in allowed:
            raise Refused(f"Sort by {', '.join(allowed)}, with - for descending.", "bad-sort")
        rows = ExceptionFilter.of(request.user, request.query_params, visible_exceptions(request.user)).qs
        page = page_of(rows, sort=sort, cursor=request.query_params.get("cursor"), limit=limit_of(request))
        data = [exception_data(row) for row in told(request.user, page.rows)]
        return answer(request, data, redacted=_hidden(request), page=page_data(request, page, rows))


@schema.described(operation_id="get_exception", responses={200: ExceptionAnswerSerializer} | schema.PROBLEMS, tags=TAGS)
class ExceptionView(ReadView):
    """One exception."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The exception, if its documents are the caller's to see."""
        row = get_exception(request.user, number_of(kwargs["id"]))
        return answer(request, exception_data(row), redacted=redacted_amounts(request.user, row.rule))


def _hidden(request: Request) -> list[str]:
    hidden = {name for rule in visible_rules(request.user).values() for name in redacted_amounts(request.user, rule)}
    return [name for name in AMOUNT_FIELDS if name in hidden]

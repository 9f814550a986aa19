"""Serializers made from the catalogue, one per object; they describe answers in the OpenAPI document."""

from __future__ import annotations

from functools import cache
from typing import Any

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers

from accounts.api.rows import shape_of
from accounts.catalogue import FieldSpec, load
from accounts.filtersets import StrictFilterSet

TEXT = serializers.CharField
PLAIN: dict[str, tuple[type[serializers.Field], dict[str, Any]]] = {
    "integer": (serializers.IntegerField, {}),
    "decimal": (serializers.DecimalField, {"max_digits": 20, "decimal_places": 6}),
    "money": (serializers.DecimalField, {"max_digits": 20, "decimal_places": 4}),
    "percent": (serializers.DecimalField, {"max_digits": 9, "decimal_places": 4}),
    "date": (serializers.DateField, {}),
    "datetime": (serializers.DateTimeField, {}),
    "boolean": (serializers.BooleanField, {}),
    "tags": (serializers.ListField, {}),
}


class PageSerializer(serializers.Serializer[Any]):
    """Where the list goes on."""

    next = TEXT(allow_null=True, help_text="Cursor of the page after this one")
    previous = TEXT(allow_null=True, help_text="Cursor of the page before this one")
    has_more = serializers.BooleanField(help_text="Whether there is a page after this one")
    total = serializers.DictField(required=False, help_text="value and exact, where count= asks for it")


class MetaSerializer(serializers.Serializer[Any]):
    """How old the data is and what the role may not see."""

    as_of = serializers.DateTimeField(allow_null=True, help_text="Age of the oldest source")
    sources = serializers.DictField(child=serializers.DateTimeField(allow_null=True))
    redacted = serializers.ListField(child=TEXT(), help_text="Fields left out for the role, never null instead")
    figures = serializers.DictField(
        required=False, help_text="as_of, coverage and worst_source of each figure, where expand=figures asks for them"
    )


class ErrorSerializer(serializers.Serializer[Any]):
    """One thing that was wrong."""

    parameter = TEXT(required=False)
    code = TEXT()
    message = TEXT()


class ProblemSerializer(serializers.Serializer[Any]):
    """An error (RFC 9457)."""

    type = TEXT()
    title = TEXT()
    status = serializers.IntegerField()
    detail = TEXT(required=False)
    instance = TEXT(required=False)
    code = TEXT()
    request_id = TEXT()
    errors = ErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # the field of that name


PROBLEMS = {
    code: OpenApiResponse(ProblemSerializer, description=why)
    for code, why in ((400, "Refused, with a code"), (401, "Not logged in"), (404, "Not there for you"))
}


def _field(spec: FieldSpec) -> serializers.Field[Any, Any, Any, Any]:
    options: dict[str, Any] = {"required": False, "allow_null": True, "help_text": _help(spec)}
    made, more = PLAIN.get(spec.type, (TEXT, {}))
    return made(**options, **more)


def _help(spec: FieldSpec) -> str:
    """Meaning, unit and vocabulary of a field, with its class: a role may see it masked or not at all."""
    parts = [spec.meaning.rstrip(".")]
    parts += [f"unit: {spec.unit}"] if spec.unit else []
    parts += [f"one of {', '.join(spec.choices)}"] if spec.choices else []
    return f"{'; '.join(parts)} [{spec.sensitivity}]"


@cache
def serializer_of(object: str) -> type[serializers.Serializer[Any]]:
    """The serializer of an object: every catalogue field; none is required, as hidden ones are absent."""
    spec = load()[object]
    body: dict[str, Any] = {"id": TEXT()}
    for name, (_, field) in shape_of(object).paths.items():
        if field is not None:
            body[name] = _field(spec.fields[field])
        elif name != "id":
            kind = serializers.DateTimeField if name.endswith("_at") else TEXT
            body[name] = kind(required=False, allow_null=True)
    if object == "account":
        body |= {name: serializers.DictField(required=False) for name in ("figures", "lineage")}
        body["requested_id"] = TEXT(required=False, help_text="The id asked for, where it was merged")
    body["__doc__"] = spec.label
    return type(f"{spec.model}Serializer", (serializers.Serializer,), body)


@cache
def page_of(object: str) -> type[serializers.Serializer[Any]]:
    """The serializer of a list of an object."""
    body = {"data": serializer_of(object)(many=True), "page": PageSerializer(), "meta": MetaSerializer()}
    return type(f"{load()[object].model}PageSerializer", (serializers.Serializer,), body)


@cache
def one_of(object: str) -> type[serializers.Serializer[Any]]:
    """The serializer of one row of an object."""
    body = {"data": serializer_of(object)(), "meta": MetaSerializer()}
    return type(f"{load()[object].model}AnswerSerializer", (serializers.Serializer,), body)


def answer_of(name: str, **data: serializers.Field[Any, Any, Any, Any]) -> type[serializers.Serializer[Any]]:
    """The serializer of an answer with data of its own."""
    inner = type(f"{name}Serializer", (serializers.Serializer,), data)
    body = {"data": inner(), "meta": MetaSerializer()}
    return type(f"{name}AnswerSerializer", (serializers.Serializer,), body)


FIELD_PARAMETERS = [
    OpenApiParameter("fields", str, description="Fields wanted, with commas; the id is always there"),
    OpenApiParameter("exclude", str, description="Fields not wanted, with commas"),
]
LIST_PARAMETERS = [
    OpenApiParameter("cursor", str, description="Page to read, as page.next or page.previous names it"),
    OpenApiParameter("limit", int, description="Rows a page, 50 unless told, at most 200"),
    OpenApiParameter("count", str, enum=["exact", "estimate"], description="Also tell how many rows there are"),
]
_KINDS = (
    (django_filters.BooleanFilter, OpenApiTypes.BOOL),
    (django_filters.DateFilter, OpenApiTypes.DATE),
    (django_filters.IsoDateTimeFilter, OpenApiTypes.DATETIME),
    (django_filters.NumberFilter, OpenApiTypes.NUMBER),
)


def filter_parameters(filters: type[StrictFilterSet]) -> list[OpenApiParameter]:
    """The filters of a list as parameters."""
    return [
        OpenApiParameter(name, _kind(made), description=str(made.label or ""))
        for name, made in filters.base_filters.items()
    ]


def _kind(made: django_filters.Filter) -> OpenApiTypes:
    return next((kind for known, kind in _KINDS if isinstance(made, known)), OpenApiTypes.STR)


def described(**options: Any) -> Any:
    """A decorator that describes the GET of a view."""
    return extend_schema_view(get=extend_schema(**options))

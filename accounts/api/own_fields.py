"""The company's own fields in the OpenAPI document, which is otherwise made once from what ships."""

from __future__ import annotations

from typing import Any

from accounts.catalogue import FieldSpec, load
from accounts.filtersets.kinds import RANGES, filters_of

TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": ["integer", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "tags": {"type": ["array", "null"], "items": {"type": "string"}},
    "date": {"type": ["string", "null"], "format": "date"},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
    "decimal": {"type": ["string", "null"], "format": "decimal"},
}
SAME = {"money": "decimal", "percent": "decimal"}


def describe(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """The document with each own field beside its object's, and its filters beside the list's."""
    for spec in load():
        body = result["components"]["schemas"].get(spec.model)
        listed = _operation(result, f"list_{spec.name}")
        for field in spec.own if body else ():
            body["properties"][field.name] = _property(field)
            listed += [_parameter(name, field) for name in filters_of(field)] if field.filtered else []
    return result


def _operation(result: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The parameters of an operation, to be added to."""
    told = (path.get("get", {}) for path in result["paths"].values())
    found: list[dict[str, Any]] = next((g["parameters"] for g in told if g.get("operationId") == name), [])
    return found


def _property(field: FieldSpec) -> dict[str, Any]:
    body = {**TYPES.get(SAME.get(field.type, field.type), {"type": ["string", "null"]})}
    if field.choices:
        body["enum"] = [*field.choices, None]
    return body | {"title": field.label, "description": f"{field.meaning.rstrip('.')} [{field.sensitivity}]"}


def _parameter(name: str, field: FieldSpec) -> dict[str, Any]:
    kind = {"type": "string"} if field.type not in RANGES or "date" in field.type else {"type": "number"}
    return {"in": "query", "name": name, "schema": kind, "description": field.label}

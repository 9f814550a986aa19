"""Filters of documents, contacts and products, made from the types the catalogue gives their fields."""

from __future__ import annotations

from typing import Any

import django_filters

from accounts import models
from accounts.catalogue import ObjectSpec, load, remembered
from accounts.filtersets.kinds import filters_of
from accounts.filtersets.strict import AnyOf, StrictFilterSet


def _references(spec: ObjectSpec, columns: set[str]) -> dict[str, django_filters.Filter]:
    """Filters by the id of another row this one points to."""
    return {
        name: django_filters.NumberFilter(f"{name}_id", label=f"Id of the {field.label.lower()}")
        for name, field in spec.fields.items()
        if field.type == "reference" and name in columns
    }


def _row_filters(columns: set[str]) -> dict[str, django_filters.Filter]:
    """Filters every row of a source has."""
    found: dict[str, django_filters.Filter] = {}
    if "source" in columns:
        found["source"] = AnyOf("source__name", lookup_expr="in", label="Source, one of")
        found["key"] = AnyOf("key", lookup_expr="in", label="The source's own key, one of")
    changed = "published_at" if "published_at" in columns else "changed_at"
    found["updated_since"] = django_filters.IsoDateTimeFilter(changed, "gte", label="Changed since")
    return found


@remembered
def filterset_of(object: str) -> type[StrictFilterSet]:
    """The FilterSet of a catalogue object."""
    spec = load()[object]
    model = getattr(models, spec.model)
    columns = {column.name for column in model._meta.get_fields()}
    filters: dict[str, Any] = {}
    reveals: dict[str, str] = {}
    for field in spec.fields.values():
        made = filters_of(field) if field.filtered or not field.own else {}
        filters |= made
        reveals |= dict.fromkeys(made, field.name)
    references = _references(spec, columns)
    reveals |= {name: name for name in references}
    meta = type("Meta", (), {"model": model, "fields": []})
    body = filters | references | _row_filters(columns)
    body |= {"object": object, "reveals": reveals, "Meta": meta, "__module__": __name__}
    body["__doc__"] = f"Filters of {spec.plural.lower()}."
    return type(f"{spec.model}Filter", (StrictFilterSet,), body)


DOCUMENT_FILTERS = tuple(spec.name for spec in load() if spec.name not in ("account", "address"))

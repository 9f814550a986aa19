"""The filters a field has, by its type."""

from __future__ import annotations

import django_filters

from accounts.catalogue import FieldSpec

RANGES = {
    "date": django_filters.DateFilter,
    "datetime": django_filters.IsoDateTimeFilter,
    "money": django_filters.NumberFilter,
    "decimal": django_filters.NumberFilter,
    "percent": django_filters.NumberFilter,
    "integer": django_filters.NumberFilter,
}
WORDS = ("text", "choice", "country", "currency", "email", "phone", "url")


class AnyOf(django_filters.BaseInFilter, django_filters.CharFilter):
    """One of several values, written with commas."""


def filters_of(spec: FieldSpec) -> dict[str, django_filters.Filter]:
    """Filters by name; none for a type nothing is asked of."""
    name, label = spec.name, spec.label
    if spec.type in WORDS:
        return {name: AnyOf(name, lookup_expr="in", label=f"{label}, one of")}
    if spec.type == "boolean":
        return {name: django_filters.BooleanFilter(name, label=label)}
    kind = RANGES.get(spec.type)
    if kind is None:
        return {}
    return {
        f"{name}__gte": kind(name, "gte", label=f"{label}, at least"),
        f"{name}__lte": kind(name, "lte", label=f"{label}, at most"),
    }

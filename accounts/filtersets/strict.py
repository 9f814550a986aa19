"""Filters that refuse what they don't know and what the reader may not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.access import field_access, figure_access
from accounts.access.fields import Reader
from accounts.catalogue import load, remembered
from accounts.catalogue.fields import OWN_PREFIX
from accounts.filtersets.kinds import AnyOf, filters_of
from accounts.models.own_field import with_own_fields

__all__ = ["CONTROLS", "AnyOf", "FilterRefused", "StrictFilterSet"]

# Parameters beside filters that lists understand.
CONTROLS = frozenset({"sort", "cursor", "limit", "fields", "exclude", "expand", "count", "format"})


class FilterRefused(ValueError):
    """Filters that were refused, with the reason of each."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(why)}" for name, why in errors.items()))
        self.errors = dict(errors)


class StrictFilterSet(django_filters.FilterSet):
    """A FilterSet told what each filter reveals: fields of `object`, or figures of a customer."""

    object: ClassVar[str]
    reveals: ClassVar[dict[str, str]] = {}  # filter -> field of the object
    reveals_figure: ClassVar[dict[str, str]] = {}  # filter -> figure

    @classmethod
    def of(cls, user: Reader, params: Mapping[str, Any], rows: QuerySet[Any], *, strict: bool = True) -> Self:
        """The filter set bound to rows the user may see; raises FilterRefused."""
        given = {name: value for name, value in _items(params) if value != "" and name not in CONTROLS}
        kind = cls.in_force()
        known = kind.base_filters
        unknown = sorted(name for name in given if name not in known)
        errors = {name: ["There is no such filter."] for name in unknown} if strict else {}
        hidden = [name for name in given if name in known and not kind.allows(user, name)]
        errors |= {name: ["Your role does not see this."] for name in hidden}
        if errors:
            raise FilterRefused(errors)
        data = QueryDict(mutable=True)
        data.update({name: value for name, value in given.items() if name in known})
        bound = kind(data, queryset=rows)
        bound.user, bound.today = user, timezone.localdate()
        if not bound.is_valid():
            raise FilterRefused({name: [str(why) for why in whys] for name, whys in bound.errors.items()})
        return bound

    @classmethod
    def allows(cls, user: Reader, name: str) -> bool:
        """Whether the user sees what the filter reveals."""
        if name in cls.reveals_figure:
            return figure_access(user, cls.reveals_figure[name])
        field = cls.reveals.get(name)
        return field is None or field_access(user, cls.object).allows(field)

    @classmethod
    def offered(cls, user: Reader) -> list[str]:
        """Names of the filters the user may use."""
        kind = cls.in_force()
        return [name for name in kind.base_filters if kind.allows(user, name)]

    @classmethod
    def in_force(cls) -> type[Self]:
        """The same filters and those of the company's own fields, as they are declared today."""
        return _with_own(cls)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows narrowed; the company's own fields are no columns of the model and join only where asked for."""
        given = (name for name, value in self.form.cleaned_data.items() if value not in (None, "", []))
        if any(name.startswith(OWN_PREFIX) for name in given):
            queryset = with_own_fields(queryset, self.object)
        return super().filter_queryset(queryset)


@remembered
def _with_own(kind: type[Any]) -> type[Any]:
    object = getattr(kind, "object", None)  # filters of what is no object of the catalogue have no own fields
    own = [spec for spec in load()[object].own if spec.filtered] if object else []
    made = {name: (made, spec.name) for spec in own for name, made in filters_of(spec).items()}
    if not set(made) - set(kind.base_filters):
        return kind
    reveals = kind.reveals | {name: field for name, (_, field) in made.items()}
    body = {name: filter for name, (filter, _) in made.items()} | {"reveals": reveals, "__module__": __name__}
    return type(kind.__name__, (kind,), body)


def _items(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters with repeated ones joined, since repeating means or."""
    if isinstance(params, QueryDict):
        return [(name, ",".join(value for value in values if value)) for name, values in params.lists()]
    return [(name, str(value)) for name, value in params.items()]

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

# Parameters beside filters that lists understand.
CONTROLS = frozenset({"sort", "cursor", "limit", "fields", "exclude", "expand", "count", "format"})


class FilterRefused(ValueError):
    """Filters that were refused, with the reason of each."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(why)}" for name, why in errors.items()))
        self.errors = dict(errors)


class AnyOf(django_filters.BaseInFilter, django_filters.CharFilter):
    """One of several values, written with commas."""


class StrictFilterSet(django_filters.FilterSet):
    """A FilterSet told what each filter reveals: fields of `object`, or figures of a customer."""

    object: ClassVar[str]
    reveals: ClassVar[dict[str, str]] = {}  # filter -> field of the object
    reveals_figure: ClassVar[dict[str, str]] = {}  # filter -> figure

    @classmethod
    def of(cls, user: Reader, params: Mapping[str, Any], rows: QuerySet[Any], *, strict: bool = True) -> Self:
        """The filter set bound to rows the user may see; raises FilterRefused."""
        given = {name: value for name, value in _items(params) if value != "" and name not in CONTROLS}
        known = cls.base_filters
        unknown = sorted(name for name in given if name not in known)
        errors = {name: ["There is no such filter."] for name in unknown} if strict else {}
        hidden = [name for name in given if name in known and not cls.allows(user, name)]
        errors |= {name: ["Your role does not see this."] for name in hidden}
        if errors:
            raise FilterRefused(errors)
        data = QueryDict(mutable=True)
        data.update({name: value for name, value in given.items() if name in known})
        bound = cls(data, queryset=rows)
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
        return [name for name in cls.base_filters if cls.allows(user, name)]


def _items(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters with repeated ones joined, since repeating means or."""
    if isinstance(params, QueryDict):
        return [(name, ",".join(value for value in values if value)) for name, values in params.lists()]
    return [(name, str(value)) for name, value in params.items()]

"""The form in which parts of a customer are handed to pages: rows with what may be seen of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from accounts.access import field_access, shown
from accounts.access.fields import Reader
from accounts.models import Source
from accounts.models.own_field import with_own_fields
from accounts.selectors.sources import record_url


@dataclass(frozen=True)
class SectionRow:
    """One row of a section; `url` leads into the source system where the source says how."""

    id: int
    values: dict[str, Any]
    source: str | None = None
    key: str | None = None
    url: str | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True)
class Section:
    """Rows of one kind, the latest first, the names of fields left out, and whether there are more."""

    object: str
    rows: tuple[SectionRow, ...]
    redacted: tuple[str, ...]
    more: bool


def section(
    user: Reader,
    object: str,
    rows: QuerySet[Any],
    known: dict[int, Source],
    *,
    limit: int,
    extra: Callable[[Any], dict[str, Any]] | None = None,
) -> Section:
    """The first rows of a queryset as a section; `extra(row)` adds values derived from seen fields."""
    found = list(with_own_fields(rows, object)[: limit + 1])
    shown_rows = tuple(_row(user, object, row, known, extra) for row in found[:limit])
    return Section(object, shown_rows, field_access(user, object).redacted, len(found) > limit)


def _row(
    user: Reader,
    object: str,
    row: Model,
    known: dict[int, Source],
    extra: Callable[[Any], dict[str, Any]] | None,
) -> SectionRow:
    values = shown(row, user, object).values
    if extra is not None:
        values |= extra(row)
    source = known.get(getattr(row, "source_id", 0))
    key = getattr(row, "key", None)
    return SectionRow(row.pk, values, source.label if source else None, key, record_url(source, object, key or ""))

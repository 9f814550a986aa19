"""Pages by key: as fast on the last page as on the first, and no row twice while others come and go."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import BooleanField, Expression, F, Func, Model, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

Row = TypeVar("Row", bound=Model)
ROW_LIMIT = 200


class BadCursor(ValueError):
    """The cursor was not given out for this order of rows."""


@dataclass(frozen=True)
class Order:
    """An order of rows: by one expression that is never null, then by id in the same direction."""

    name: str
    expression: Expression | F
    parse: Callable[[str], Any] = str
    descending: bool = False
    key: str = "id"

    def reversed(self) -> Order:
        """The same rows from the other end."""
        return Order(self.name, self.expression, self.parse, not self.descending, self.key)

    @property
    def label(self) -> str:
        """The name with its direction, as callers write it."""
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows with the cursors of the pages before and after, None at either end."""

    rows: tuple[Row, ...]
    next: str | None
    previous: str | None


class _Row(Func):
    """Values compared as one, which an index on the same columns answers directly."""

    function = "ROW"
    output_field = BooleanField()  # never read; Django wants a type for each expression


def keyset_page(rows: QuerySet[Row], order: Order, cursor: str | None, limit: int) -> Page[Row]:
    """The page after (or before) the row the cursor names; the first page without one."""
    limit = max(1, min(limit, ROW_LIMIT))
    backward, start = _read(cursor, order) if cursor else (False, None)
    walked = order.reversed() if backward else order
    found = list(_after(rows, walked, start)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backward:
        found.reverse()
    following = bool(found) and (more or backward) if not backward else bool(found)
    earlier = bool(found) and (more if backward else start is not None)
    return Page(
        tuple(found),
        _write(order, found[-1], backward=False) if following else None,
        _write(order, found[0], backward=True) if earlier else None,
    )


def _after(all_rows: QuerySet[Row], order: Order, start: tuple[Any, int] | None) -> QuerySet[Any]:
    rows: QuerySet[Any] = all_rows.annotate(sort_value=order.expression)
    if start is not None:
        compare = LessThan if order.descending else GreaterThan
        here = _Row(F("sort_value"), F(order.key))
        rows = rows.filter(compare(here, _Row(*(Value(part) for part in start))))
    by = (F("sort_value"), F(order.key))
    return rows.order_by(*(part.desc() if order.descending else part.asc() for part in by))


def _write(order: Order, row: Any, *, backward: bool) -> str:
    parts = [order.label, int(backward), _text(row.sort_value), row.pk]
    return urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _read(cursor: str, order: Order) -> tuple[bool, tuple[Any, int]]:
    try:
        label, backward, value, key = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if label != order.label:
            raise BadCursor("The cursor belongs to another sort order.")
        return bool(backward), (order.parse(value), int(key))
    except (ValueError, TypeError, ArithmeticError) as error:
        raise error if isinstance(error, BadCursor) else BadCursor("The cursor is damaged.") from error


PARSERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "integer": int,
    "money": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}

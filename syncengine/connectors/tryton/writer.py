"""A Tryton database as a target: one call a record with its children, under Tryton's own check of timestamps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from syncengine.connectors.base import need_read
from syncengine.connectors.errors import ConnectorError, Kind
from syncengine.connectors.tryton.client import TrytonClient
from syncengine.connectors.tryton.shape import Child, Shape, shape_of
from syncengine.connectors.writing import AnswerLost, Change, TargetChanged, TargetRefused, Writer

NUMBERS = {"integer": int, "float": float, "many2one": int}


class TrytonWriter(Writer):
    """Models of Tryton; a column such as `phone.value` is written on the child record that was read."""

    kind: ClassVar[str] = "tryton"

    def __init__(self, connection: Mapping[str, Any], *, timezone: str = "UTC") -> None:
        super().__init__(connection, timezone=timezone)
        missing = [name for name in ("url", "database", "user", "password") if not connection.get(name)]
        if missing:
            raise ConnectorError(f"the connection needs `{missing[0]}`", where="tryton target")
        self.client = TrytonClient(
            url=str(connection["url"]),
            database=str(connection["database"]),
            user=str(connection["user"]),
            password=str(connection["password"]),
            timeout=30.0,
            retries=lambda call: call(),  # the outbox decides whether a call is made again
        )
        self._kinds: dict[str, dict[str, dict[str, Any]]] = {}

    def update(self, change: Change) -> str | None:
        """Write a record that is still as it was read; Tryton compares the timestamps itself."""
        shape, number = shape_of(change.stream), int(change.key or 0)
        touched, values = self._values(shape, change)
        stamps = self._timestamps({shape.model: [number], **touched}, change, shape)
        context = {**self._context(), "_timestamp": stamps}
        self._call(shape.model, "write", [number], values, context)
        return None

    def create(self, change: Change) -> str:
        """A new record of the stream's model, with its first children and its lines, in one call."""
        shape = shape_of(change.stream)
        _, values = self._values(shape, change)
        if change.lines:
            name, model = str(change.lines_into.get("field")), str(change.lines_into.get("model"))
            fixed = dict(change.lines_into.get("values") or {})
            made = [
                fixed | {column: self._typed(model, column, text) for column, text in line.items()}
                for line in change.lines
            ]
            values[name] = [["create", made]]
        if change.correlation_column:
            values[change.correlation_column] = change.correlation
        return str(self._call(shape.model, "create", [values], self._context())[0])

    def find(self, change: Change) -> str | None:
        """The record whose correlation field holds the marker."""
        if not change.correlation_column:
            return None
        model = str(need_read(change.stream, "model"))
        domain = [[change.correlation_column, "=", change.correlation]]
        found = self.client.model(model, "search", domain, 0, 1, None)
        return str(found[0]) if found else None

    def close(self) -> None:
        """Log out."""
        self.client.close()

    def _values(self, shape: Shape, change: Change) -> tuple[dict[str, list[int]], dict[str, Any]]:
        """The children that are touched, and the values of one `write` on the record."""
        own: dict[str, Any] = {}
        by_child: dict[str, dict[str, str | None]] = {}
        children = {child.name: child for child in shape.children}
        for column, text in change.values.items():
            name, _, field = column.partition(".")
            if field and name in children:
                by_child.setdefault(name, {})[field] = text
            elif field:
                problem = f"`{column}` belongs to another record and cannot be written"
                raise ConnectorError(problem, where="tryton target")
            else:
                own[column] = self._typed(shape.model, column, text)
        touched: dict[str, list[int]] = {}
        for name, fields in by_child.items():
            touched |= self._child(children[name], fields, shape, change, own)
        return touched, own

    def _child(
        self, child: Child, fields: dict[str, str | None], shape: Shape, change: Change, own: dict[str, Any]
    ) -> dict[str, list[int]]:
        """Put the writing of one child into the record's values; the child it touches."""
        values = {field: self._typed(child.model, field, text) for field, text in fields.items()}
        list_field = self._list_of(shape.model, child)
        number = change.row.get(f"{child.name}.id")
        if number:
            own.setdefault(list_field, []).append(["write", [int(number)], values])
            return {child.model: [int(number)]}
        told = {name: value for name, operator, value in child.where if operator == "=" and value is not None}
        own.setdefault(list_field, []).append(["create", [{**told, **values}]])
        return {}

    def _list_of(self, model: str, child: Child) -> str:
        """The record's own field that lists these children."""
        for name, field in self._fields(model).items():
            if field.get("relation") == child.model and field["type"] == "one2many":
                return name
        raise ConnectorError(f"{model} lists no {child.model}", where="tryton target")

    def _timestamps(self, ids: Mapping[str, list[int]], change: Change, shape: Shape) -> dict[str, str]:
        """What Tryton shall compare; read now, and only used where the values are still those that were read."""
        stamps: dict[str, str] = {}
        for model, numbers in ids.items():
            fields = ["id", "_timestamp", *self._compared(model, change, shape)]
            rows = self.client.model(model, "read", numbers, fields)
            for row in rows:
                self._same(row, model, change, shape)
                stamps[f"{model},{row['id']}"] = row["_timestamp"]
        if f"{shape.model},{change.key}" not in stamps:
            raise TargetChanged("the record is gone")
        return stamps

    def _compared(self, model: str, change: Change, shape: Shape) -> list[str]:
        return [field for field, _ in _columns(model, change, shape)]

    def _same(self, row: Mapping[str, Any], model: str, change: Change, shape: Shape) -> None:
        """Between our reading and this one, the very values may have changed."""
        for field, column in _columns(model, change, shape):
            was, now = change.row.get(column), row.get(field)
            if (was or None) != (None if now in (None, "") else str(now)) and not isinstance(now, bool):
                raise TargetChanged(f"{column} was changed meanwhile")

    def _typed(self, model: str, name: str, text: str | None) -> Any:
        """The value as JSON-RPC wants it."""
        field = self._fields(model).get(name)
        if field is None:
            raise ConnectorError(f"{model} has no field {name} to write to", where="tryton target")
        if text is None:
            return None
        kind = field["type"]
        if kind == "boolean":
            return text == "true"
        if kind == "numeric":
            return {"__class__": "Decimal", "decimal": text}
        if kind == "date":
            year, month, day = text.split("-")
            return {"__class__": "date", "year": int(year), "month": int(month), "day": int(day)}
        return NUMBERS[kind](text) if kind in NUMBERS else text

    def _fields(self, model: str) -> dict[str, dict[str, Any]]:
        if model not in self._kinds:
            self._kinds[model] = self.client.model(model, "fields_get", [])
        return self._kinds[model]

    def _context(self) -> dict[str, Any]:
        return dict(self.client.context)

    def _call(self, model: str, method: str, *params: Any) -> Any:
        """The one call that changes something: what no answer came to may have happened."""
        try:
            return self.client.call(f"model.{model}.{method}", *params)
        except ConnectorError as error:
            words = str(error)
            if "ConcurrencyException" in words:
                raise TargetChanged("the record was changed meanwhile") from None
            if "no answer" in words or "HTTP 5" in words:
                raise AnswerLost(words) from None
            if error.kind is Kind.REFUSED:
                raise TargetRefused(words) from None
            raise


def _columns(model: str, change: Change, shape: Shape) -> list[tuple[str, str]]:
    """(field, column) of what is written on records of this model."""
    if model == shape.model:
        return [(column, column) for column in change.values if "." not in column]
    names = {child.name for child in shape.children if child.model == model}
    parted = [(column.partition(".")[0], column.partition(".")[2], column) for column in change.values]
    return [(field, column) for name, field, column in parted if name in names]

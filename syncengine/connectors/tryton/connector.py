"""A Tryton database as a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar

import polars as pl

from syncengine.connectors.base import KEYS_PER_LIST, Connector, StreamRequest
from syncengine.connectors.errors import ConnectorError, Kind
from syncengine.connectors.text import rows_frame
from syncengine.connectors.tryton.client import TrytonClient
from syncengine.connectors.tryton.decode import flat_record, with_modified
from syncengine.connectors.tryton.shape import TIMES, Child, Domain, Shape, changed_in, shape_of
from syncengine.connectors.window import Window, instant_text, plan_windows, to_second
from syncengine.records import SourceBatch

PAGE = 1000
Flat = dict[str, str | None]
TRUTH: Mapping[str | None, str] = {"1": "true", "0": "false"}
# Columns that a type of field has beside its own.
SUFFIXES: Mapping[str, str] = {"reference": ".id", "one2many": ".first", "many2many": ".first"}


class TrytonConnector(Connector):
    """Models of a Tryton database over JSON-RPC, paged by id inside a window of modification times.

    Each row has `record.modified_at`: `write_date`, or `create_date` until the first update. Children
    put on the row of their parent (`read.children`) are polled by their own modification time and
    bring their parent along. Deletions are found by comparing ids (`list_keys`); a deleted child
    alone shows when its parent is next read.
    """

    kind: ClassVar[str] = "tryton"

    def __init__(self, connection: Mapping[str, Any], *, timezone: str = "UTC") -> None:
        super().__init__(connection, timezone=timezone)
        self.client = TrytonClient(
            url=str(self.need("url")),
            database=str(self.need("database")),
            user=str(self.need("user")),
            password=str(self.need("password")),
            language=str(connection.get("language") or "en"),
        )
        self._kinds: dict[str, dict[str, str]] = {}

    def check(self) -> None:
        """Raise when the server does not answer or refuses the user."""
        self.client.call("model.res.user.get_preferences", True, {})

    def close(self) -> None:
        """Log out."""
        self.client.close()

    def columns(self, stream: StreamRequest) -> dict[str, str]:
        """Return the model's fields with Tryton's words for their types."""
        return self._types(shape_of(stream).model)

    def list_keys(self, stream: StreamRequest) -> Iterator[list[str]]:
        """Yield the id of every record, inactive ones included."""
        shape = shape_of(stream)
        for ids in self._id_pages(shape.model, shape.domain, size=KEYS_PER_LIST):
            yield [str(number) for number in ids]

    def read(self, stream: StreamRequest) -> Iterator[SourceBatch]:
        """Yield the records changed in the window, or with `keys` those records alone."""
        shape = shape_of(stream)
        self._require_fields(shape, stream)
        if stream.keys is not None:
            ids = sorted(int(key) for key in stream.keys if key.isdigit())
            for rows in self._rows(shape, iter(ids), stream.batch_size):
                yield SourceBatch(rows_frame(rows))
            yield SourceBatch(pl.DataFrame())
            return
        windows = plan_windows(stream.watermark, until=self._until(stream), overlap=stream.overlap)
        for window in windows:
            for rows in self._rows(shape, self._ids(shape, window), stream.batch_size):
                yield SourceBatch(rows_frame(rows), watermark=window.reached(int(rows[-1]["id"] or 0)))
        last = windows[-1]
        yield SourceBatch(pl.DataFrame(), watermark=last.done(), complete=last.whole and stream.listing == "full")

    def _until(self, stream: StreamRequest) -> str:
        """Return the end of the window: our clock's or the server's, whichever is behind."""
        self.check()
        until = stream.until
        if self.client.server_time is not None:
            until = min(until, self.client.server_time + timedelta(seconds=1))
        return to_second(Window(None, instant_text(until))).until

    def _ids(self, shape: Shape, window: Window) -> Iterator[int]:
        """Yield the ids of the window in order: changed records, and parents of changed children."""
        after = int(window.after or 0)
        changed = self._id_pages(shape.model, [*shape.domain, *changed_in(window)], after=after, size=10 * PAGE)
        if window.since is None or not shape.children:
            for ids in changed:
                yield from ids
            return
        found = {number for ids in changed for number in ids}
        for child in shape.children:
            found |= self._parents(child, window)
        yield from sorted(number for number in found if number > after)

    def _parents(self, child: Child, window: Window) -> set[int]:
        # Without the child's own `where`: a record that just stopped matching it matters too.
        domain = changed_in(window)
        rows = self._pages(child.model, domain, [child.parent], size=PAGE)
        return {row[child.parent] for page in rows for row in page if row[child.parent] is not None}

    def _rows(self, shape: Shape, ids: Iterator[int], size: int) -> Iterator[list[Flat]]:
        """Yield the records of these ids in batches; those outside the domain are skipped."""
        fields = list(dict.fromkeys(["id", *TIMES, *shape.fields]))
        blank, truths = self._blank(shape), self._truths(shape)
        batch: list[Flat] = []
        while chunk := list(islice(ids, min(PAGE, size))):
            records = self._search_read(shape.model, [*shape.domain, ["id", "in", chunk]], fields, len(chunk))
            if len(batch) + len(records) > size:
                yield batch
                batch = []
            batch += self._with_children(shape, [blank | _flat(record, truths, shape.scale) for record in records])
        if batch:
            yield batch

    def _blank(self, shape: Shape) -> Flat:
        """Return a row with every column of the stream: none is missing where a record has no value."""
        kinds = self._types(shape.model)
        more = [f"{field}{SUFFIXES[kinds[field]]}" for field in shape.fields if kinds.get(field) in SUFFIXES]
        children = [f"{child.name}.{field}" for child in shape.children for field in ("id", *child.fields)]
        return dict.fromkeys(["id", *TIMES, *shape.fields, *more, *children])

    def _truths(self, shape: Shape) -> list[str]:
        kinds = self._types(shape.model)
        return [field for field in shape.fields if kinds.get(field) == "boolean"]

    def _with_children(self, shape: Shape, rows: list[Flat]) -> list[Flat]:
        by_id = {row["id"]: row for row in rows}
        for child in shape.children:
            for record in self._children(child, [int(number or 0) for number in by_id]):
                row = by_id[str(record.pop(child.parent))]
                if row.get(f"{child.name}.id") is None:
                    row.update(flat_record(record, f"{child.name}."))
        return rows

    def _children(self, child: Child, parents: list[int]) -> list[dict[str, Any]]:
        """Return the active children of these parents, in the order in which the first is picked."""
        domain: Domain = [*child.where, [child.parent, "in", parents]]
        if "active" in self._types(child.model):
            domain.append(["active", "=", True])
        fields = ["id", child.parent, *child.fields]
        return self._search_read(child.model, domain, fields, None, order=child.order) if parents else []

    def _id_pages(self, model: str, domain: Domain, *, size: int, after: int = 0) -> Iterator[list[int]]:
        while True:
            ids = self.client.model(model, "search", [*domain, ["id", ">", after]], 0, size, [["id", "ASC"]])
            if ids:
                yield ids
                after = ids[-1]
            if len(ids) < size:
                return

    def _pages(self, model: str, domain: Domain, fields: list[str], *, size: int) -> Iterator[list[dict[str, Any]]]:
        after = 0
        while True:
            rows = self._search_read(model, [*domain, ["id", ">", after]], ["id", *fields], size)
            if rows:
                yield rows
                after = rows[-1]["id"]
            if len(rows) < size:
                return

    def _search_read(
        self, model: str, domain: Domain, fields: Iterable[str], limit: int | None, order: Any = None
    ) -> list[dict[str, Any]]:
        by = order or [["id", "ASC"]]
        answer = self.client.model(model, "search_read", domain, 0, limit, by, list(fields))
        return list(answer)

    def _types(self, model: str) -> dict[str, str]:
        if model not in self._kinds:
            fields = self.client.model(model, "fields_get", [])
            self._kinds[model] = {name: field["type"] for name, field in fields.items()}
        return self._kinds[model]

    def _require_fields(self, shape: Shape, stream: StreamRequest) -> None:
        """Raise, naming them, when fields are not in this Tryton (a module that is not activated)."""
        wanted = [(shape.model, shape.fields), *((c.model, (c.parent, *c.fields)) for c in shape.children)]
        for model, fields in wanted:
            known = self._types(model)
            missing = [field for field in fields if field.split(".")[0] not in known]
            if missing:
                reason = f"{model} has no field {', '.join(missing)}: is the module activated? Else drop it"
                raise ConnectorError(reason, kind=Kind.CONFIGURATION, where=stream.where)


def _flat(record: Mapping[str, Any], truths: list[str], scale: Mapping[str, Decimal]) -> Flat:
    # SQLite's Tryton says 1 and 0 where PostgreSQL's says true and false.
    flat = with_modified(flat_record(record))
    for name in truths:
        flat[name] = TRUTH.get(flat[name], flat[name])
    for name, factor in scale.items():
        if number := flat.get(name):
            flat[name] = format(Decimal(number) * factor, "f")
    return flat

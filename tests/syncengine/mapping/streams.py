"""Streams made by hand for the tests of mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from accounts.catalogue import load
from syncengine.mapping import compile_stream, map_rows
from syncengine.policies.shapes import FieldMap, Stream
from syncengine.records import MappedBatch

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def make_stream(*fields: FieldMap, object_name: str = "account", **options: Any) -> Stream:
    """A stream keyed by Id."""
    options = {"read": {}, "key": "Id"} | options
    return Stream("rows", "crm", object_name, fields=fields, **options)


def make_raw(**columns: list[str | None]) -> pl.DataFrame:
    """Raw rows; Id counts them unless given."""
    height = len(next(iter(columns.values())))
    ids: list[str | None] = [str(row) for row in range(height)]
    return pl.DataFrame({"Id": ids} | columns, schema=dict.fromkeys(({"Id": ids} | columns), pl.String))


def map_all(raw: pl.DataFrame, stream: Stream) -> list[MappedBatch]:
    """Every object of the rows."""
    return map_rows(raw, compile_stream(stream, load()), now=NOW)


def map_field(texts: list[str | None], field: str, object_name: str = "account", **options: Any) -> list[Any]:
    """Values of one field out of texts; "refused" where a text was."""
    columns = options.pop("columns", ("X",))
    stream_options = {"timezone": options.pop("timezone", "UTC")}
    stream = make_stream(FieldMap(field, columns, **options), object_name=object_name, **stream_options)
    (batch,) = map_all(make_raw(X=texts), stream)
    column = batch.rows.columns[-1]
    known = dict(batch.rows.select("key", column).iter_rows())
    return [known.get(str(row), "refused") for row in range(len(texts))]

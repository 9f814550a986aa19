"""A declared REST API as a source: pages of a list, and single records by their key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

import polars as pl

from syncengine.connectors.base import KEYS_PER_LIST, Connector, StreamRequest, need_read
from syncengine.connectors.errors import ConnectorError, with_retries
from syncengine.connectors.rest.client import RestClient, body_of, filled, flat, inside
from syncengine.records import SourceBatch

ETAG = "_etag"  # the column an answer's ETag is known by
PAGES = 100_000


class RestConnector(Connector):
    """Lists read page by page (`list`, `items`, `next`), records one by one (`one`, as `/customers/{key}`).

    A list that can be asked for what changed names the parameter as `since`; without one it is read whole.
    """

    kind: ClassVar[str] = "rest"

    def __init__(self, connection: Mapping[str, Any], *, timezone: str = "UTC") -> None:
        super().__init__(connection, timezone=timezone)
        self.client = RestClient(connection)

    def check(self) -> None:
        """Raise when the server does not answer."""
        self.client.get(str(self.connection.get("check") or "/"))

    def read(self, stream: StreamRequest) -> Iterator[SourceBatch]:
        """Yield pages; with `keys`, those records alone."""
        if stream.keys is not None:
            found = [row for key in stream.keys if (row := self.one(stream, key)) is not None]
            yield SourceBatch(frame(found))
            return
        mark = stream.until.isoformat()
        for rows in self._pages(stream):
            yield SourceBatch(frame(rows))
        yield SourceBatch(pl.DataFrame(), watermark=mark, complete=stream.listing == "full")

    def one(self, stream: StreamRequest, key: str) -> dict[str, str | None] | None:
        """One record, with its ETag where the server tells one; None where there is none."""
        path = filled(str(need_read(stream, "one")), {"key": key})
        response = with_retries(lambda: self.client.get(path))
        if response is None:
            return None
        body = inside(body_of(response, stream.where), stream.read.get("item"))
        if not isinstance(body, dict):
            raise ConnectorError("the answer is no record: name where it stands as `item`", where=stream.where)
        return {**flat(body), ETAG: response.headers.get("etag")}

    def list_keys(self, stream: StreamRequest) -> Iterator[list[str]]:
        """Yield every key of the list."""
        for rows in self._pages(stream, whole=True):
            keys = [key for row in rows if (key := row.get(stream.key))]
            for start in range(0, len(keys), KEYS_PER_LIST):
                yield keys[start : start + KEYS_PER_LIST]

    def columns(self, stream: StreamRequest) -> dict[str, str]:
        """The columns of the first page."""
        for rows in self._pages(stream, whole=True):
            return dict.fromkeys((name for row in rows for name in row), "text")
        return {}

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def _pages(self, stream: StreamRequest, *, whole: bool = False) -> Iterator[list[dict[str, str | None]]]:
        path, params = str(need_read(stream, "list")), dict(stream.read.get("params") or {})
        since = stream.read.get("since")
        if since and stream.watermark and not whole:
            params[str(since)] = stream.watermark
        for _ in range(PAGES):
            response = with_retries(partial(self.client.get, path, params))
            if response is None:
                raise ConnectorError(f"there is nothing at {path}: correct `list`", where=stream.where)
            body = body_of(response, stream.where)
            items = inside(body, stream.read.get("items"))
            if not isinstance(items, list):
                raise ConnectorError("the answer holds no list: name where it stands as `items`", where=stream.where)
            yield [flat(item) for item in items if isinstance(item, dict)]
            following = inside(body, stream.read["next"]) if stream.read.get("next") else None
            if not following:
                return
            path, params = self._own(str(following), stream), {}
        raise ConnectorError("the list has no end: does `next` point at itself?", where=stream.where)

    def _own(self, following: str, stream: StreamRequest) -> str:
        """The next page's address; one on another server is not followed, since our secrets would go along."""
        if "://" in following and not following.startswith(f"{self.client.where.rstrip('/')}/"):
            raise ConnectorError("the next page lies on another server", where=stream.where)
        return following


def frame(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Rows as a frame of text, a column for every name that occurs."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))

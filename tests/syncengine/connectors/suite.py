"""What every connector must do; a connector's tests inherit this and say how its source is changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from syncengine.connectors import Connector, ConnectorError, Kind, StreamRequest
from syncengine.records import SourceBatch

Row = dict[str, str | None]


def read_all(connector: Connector, stream: StreamRequest) -> list[SourceBatch]:
    """Return every batch of one reading."""
    return list(connector.read(stream))


def rows_of(batches: list[SourceBatch]) -> list[Row]:
    """Return the rows of all batches."""
    return [row for batch in batches for row in batch.rows.to_dicts()]


def later(stream: StreamRequest, watermark: str | None) -> StreamRequest:
    """Return the next reading of the stream."""
    return replace(stream, watermark=watermark, until=datetime.now(UTC) + timedelta(seconds=1))


class ConnectorSuite(ABC):
    """Tests of one connector over a real source that holds at least three records."""

    resumes = True
    lists = True

    @pytest.fixture
    @abstractmethod
    def connector(self) -> Connector:
        """A connector to the source."""

    @pytest.fixture
    @abstractmethod
    def stream(self) -> StreamRequest:
        """A stream with the records below, its overlap short."""

    @pytest.fixture
    @abstractmethod
    def unreachable(self) -> Connector:
        """A connector to a source that is not there."""

    @abstractmethod
    def keys(self) -> list[str]:
        """Return the keys the source holds."""

    @abstractmethod
    def empty(self, stream: StreamRequest) -> StreamRequest:
        """Return a stream of the same source without any record."""

    @abstractmethod
    def change(self) -> str:
        """Change one record in the source and return its key."""

    def found(self, batches: list[SourceBatch], stream: StreamRequest) -> list[str]:
        """Return the keys read, in order."""
        return [str(row[stream.key]) for row in rows_of(batches)]

    def test_check_reaches_source(self, connector: Connector) -> None:
        connector.check()

    def test_check_names_unreachable_source(self, unreachable: Connector) -> None:
        with pytest.raises(ConnectorError) as caught:
            unreachable.check()
        assert caught.value.where
        assert caught.value.kind in set(Kind)

    def test_first_read_brings_all_records(self, connector: Connector, stream: StreamRequest) -> None:
        batches = read_all(connector, stream)
        assert sorted(self.found(batches, stream)) == sorted(self.keys())
        assert [refusal for batch in batches for refusal in batch.refused] == []

    def test_every_value_is_text(self, connector: Connector, stream: StreamRequest) -> None:
        batches = read_all(connector, stream)
        types = {kind for batch in batches for kind in batch.rows.dtypes}
        assert types == {pl.String()}

    def test_batches_are_bounded(self, connector: Connector, stream: StreamRequest) -> None:
        batches = read_all(connector, replace(stream, batch_size=2))
        assert max(batch.rows.height for batch in batches) <= 2
        assert sorted(self.found(batches, stream)) == sorted(self.keys())

    def test_last_batch_carries_watermark(self, connector: Connector, stream: StreamRequest) -> None:
        last = read_all(connector, stream)[-1]
        assert last.watermark is not None

    def test_reading_again_repeats_the_same(self, connector: Connector, stream: StreamRequest) -> None:
        first, second = read_all(connector, stream), read_all(connector, stream)
        assert rows_of(first) == rows_of(second)

    def test_next_read_brings_change(self, connector: Connector, stream: StreamRequest) -> None:
        mark = read_all(connector, stream)[-1].watermark
        changed = self.change()
        assert changed in self.found(read_all(connector, later(stream, mark)), stream)

    def test_interrupted_read_goes_on_without_loss(self, connector: Connector, stream: StreamRequest) -> None:
        small = replace(stream, batch_size=1)
        first = next(connector.read(small))
        rest = read_all(connector, later(small, first.watermark))
        met = self.found([first], stream) + self.found(rest, stream)
        assert set(met) == set(self.keys())
        assert self.found(rest[:1], stream) != self.found([first], stream)

    def test_interrupted_read_is_not_complete(self, connector: Connector, stream: StreamRequest) -> None:
        small = replace(stream, batch_size=1)
        first = next(connector.read(small))
        rest = read_all(connector, later(small, first.watermark))
        assert [batch.complete for batch in rest] == [False] * len(rest)

    def test_only_last_batch_is_complete(self, connector: Connector, stream: StreamRequest) -> None:
        batches = read_all(connector, replace(stream, batch_size=1))
        assert not any(batch.complete for batch in batches[:-1])

    def test_keys_are_listed(self, connector: Connector, stream: StreamRequest) -> None:
        assert connector.lists_keys(stream) is self.lists
        if self.lists:
            listed = [key for keys in connector.list_keys(stream) for key in keys]
            assert sorted(listed) == sorted(self.keys())

    def test_single_record_is_fetched(self, connector: Connector, stream: StreamRequest) -> None:
        wanted = self.keys()[1]
        batches = read_all(connector, replace(stream, keys=(wanted,)))
        assert self.found(batches, stream) == [wanted]
        assert {batch.watermark for batch in batches} == {None}

    def test_unknown_key_brings_nothing(self, connector: Connector, stream: StreamRequest) -> None:
        batches = read_all(connector, replace(stream, keys=("987654321",)))
        assert self.found(batches, stream) == []

    def test_empty_stream_ends_with_watermark(self, connector: Connector, stream: StreamRequest) -> None:
        batches = read_all(connector, self.empty(stream))
        assert rows_of(batches) == []
        assert batches[-1].watermark is not None

    def test_columns_name_what_rows_hold(self, connector: Connector, stream: StreamRequest) -> None:
        assert stream.key in connector.columns(stream)

    def test_wrong_column_is_a_configuration_error(self, connector: Connector, stream: StreamRequest) -> None:
        with pytest.raises(ConnectorError) as caught:
            read_all(connector, self.misdeclared(stream))
        assert caught.value.kind is Kind.CONFIGURATION

    def misdeclared(self, stream: StreamRequest) -> StreamRequest:
        """Return the stream with a column that the source does not have."""
        return replace(stream, key="No such column")

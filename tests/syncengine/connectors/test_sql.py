"""The SQL connector passes the suite over a real SQLite file and a real PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from syncengine.connectors import Connector, ConnectorError, Kind, StreamRequest, open_connector
from syncengine.connectors.sql.bounds import window_ends
from tests.syncengine.connectors.suite import ConnectorSuite, later, read_all, rows_of

NAMES = ["Acme", 'O\'Brien "West"', "100 % Zöllner?", "Plain"]
BERLIN = ZoneInfo("Europe/Berlin")


class SqlSuite(ConnectorSuite):
    """Tests that hold for every database."""

    @pytest.fixture
    def stream(self) -> StreamRequest:
        return StreamRequest(
            name="customers",
            object="account",
            read={"table": "customers"},
            key="id",
            modified="changed",
            until=datetime.now(UTC),
            overlap=timedelta(seconds=5),
        )

    def keys(self) -> list[str]:
        return ["1", "2", "9", "10"]

    def empty(self, stream: StreamRequest) -> StreamRequest:
        query = "SELECT * FROM customers WHERE name LIKE '%no such%' -- ?"
        return replace(stream, read={"query": query})

    def test_unchanged_rows_stay_unread(self, connector: Connector, stream: StreamRequest) -> None:
        mark = read_all(connector, stream)[-1].watermark
        assert self.found(read_all(connector, later(stream, mark)), stream) == ["10"]  # it has no time

    def test_key_order_is_the_keys_own(self, connector: Connector, stream: StreamRequest) -> None:
        assert self.found(read_all(connector, stream), stream) == ["1", "2", "9", "10"]

    def test_stream_without_modified_is_a_listing(self, connector: Connector, stream: StreamRequest) -> None:
        plain = replace(stream, modified=None, listing="full")
        first = read_all(connector, plain)
        again = read_all(connector, later(plain, first[-1].watermark))
        assert [first[-1].complete, again[-1].complete] == [True, True]
        assert rows_of(first) == rows_of(again)

    def test_declared_columns_and_own_ones_are_read(
        self, connector: Connector, stream: StreamRequest
    ) -> None:
        batches = read_all(connector, replace(stream, read={"table": "customers", "columns": ["name"]}))
        assert batches[0].rows.columns == ["id", "changed", "name"]

    def test_hostile_table_name_is_only_a_name(self, connector: Connector, stream: StreamRequest) -> None:
        with pytest.raises(ConnectorError) as caught:
            read_all(connector, replace(stream, read={"table": 'x"; DROP TABLE customers; --'}))
        assert caught.value.kind is Kind.CONFIGURATION
        assert len(self.found(read_all(connector, stream), stream)) == 4


class TestSqlite(SqlSuite):
    @pytest.fixture(autouse=True)
    def _database(self, tmp_path: Path) -> Iterator[None]:
        self.path = tmp_path / "erp 100%.sqlite"
        self.database = sqlite3.connect(self.path, isolation_level=None)
        self.database.execute(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, name, changed TEXT, rate REAL)"
        )
        for key, name in zip([9, 1, 2], NAMES, strict=False):
            self.database.execute(
                "INSERT INTO customers VALUES (?, ?, '2026-01-02 03:04:05', 0.1)", [key, name]
            )
        self.database.execute("INSERT INTO customers VALUES (10, 'Plain', NULL, 1e22)")
        yield
        self.database.close()

    @pytest.fixture
    def connector(self) -> Iterator[Connector]:
        with open_connector("sql", {"url": f"sqlite:///{self.path}"}) as connector:
            yield connector

    @pytest.fixture
    def unreachable(self, tmp_path: Path) -> Connector:
        return open_connector("sql", {"url": f"sqlite:///{tmp_path}/none.sqlite"})

    def change(self) -> str:
        self.database.execute("UPDATE customers SET name = 'New', changed = datetime('now') WHERE id = 2")
        return "2"

    def test_values_are_rendered_without_loss(self, connector: Connector, stream: StreamRequest) -> None:
        rows = rows_of(read_all(connector, stream))
        assert [row["rate"] for row in rows[-2:]] == ["0.1", "10000000000000000000000"]
        assert rows[-1]["changed"] is None

    def test_growing_numbers_are_a_watermark(self, connector: Connector, stream: StreamRequest) -> None:
        counted = replace(stream, modified="id")
        mark = read_all(connector, counted)[-1].watermark
        self.database.execute("INSERT INTO customers VALUES (11, 'Newest', NULL, 1)")
        found = self.found(read_all(connector, later(counted, mark)), stream)
        assert found == ["10", "11"]


class TestPostgres(SqlSuite):
    @pytest.fixture(autouse=True)
    def _database(self) -> Iterator[None]:
        self.url = os.environ.get("DATABASE_URL", "")
        if not self.url.startswith("postgres"):
            pytest.skip("no PostgreSQL: DATABASE_URL is not set")
        self.schema = f"source_{os.getpid()}"
        with psycopg.connect(self.url, autocommit=True) as self.database:
            self.database.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE; CREATE SCHEMA {self.schema}")
            self.database.execute(f"SET search_path = {self.schema}")
            self.database.execute(
                "CREATE TABLE customers (id int PRIMARY KEY, name text, changed timestamptz, rate float8, "
                "price numeric, ok boolean, day date, tags text[], raw bytea, local timestamp)"
            )
            for key, name in zip([9, 1, 2], NAMES, strict=False):
                self.database.execute(
                    "INSERT INTO customers VALUES (%s, %s, '2026-01-02 03:04:05.000006+01', 0.1, 1.10, true, "
                    "'2026-05-06', '{a,\"b c\"}', '\\x00ff', '2026-07-08 09:10:11')",
                    [key, name],
                )
            self.database.execute("INSERT INTO customers (id, name, rate) VALUES (10, 'Plain', 1e22)")
            yield
            self.database.execute(f"DROP SCHEMA {self.schema} CASCADE")

    def empty(self, stream: StreamRequest) -> StreamRequest:
        query = f"SELECT * FROM {self.schema}.customers WHERE name LIKE '%no such%' -- ?"
        return replace(stream, read={"query": query})

    @pytest.fixture
    def connector(self) -> Iterator[Connector]:
        with open_connector(
            "sql", {"url": {"secret": "ERP_URL"}}, environ={"ERP_URL": self.url}
        ) as connector:
            yield connector

    @pytest.fixture
    def stream(self) -> StreamRequest:
        return StreamRequest(
            name="customers",
            object="account",
            read={"table": f"{self.schema}.customers"},
            key="id",
            modified="changed",
            until=datetime.now(UTC),
            overlap=timedelta(seconds=5),
        )

    @pytest.fixture
    def unreachable(self) -> Connector:
        return open_connector("sql", {"url": "postgresql://nobody@127.0.0.1:1/none"})

    def change(self) -> str:
        self.database.execute("UPDATE customers SET name = 'New', changed = now() WHERE id = 2")
        return "2"

    def test_declared_columns_and_own_ones_are_read(
        self, connector: Connector, stream: StreamRequest
    ) -> None:
        read = {"table": f"{self.schema}.customers", "columns": ["name"]}
        batches = read_all(connector, replace(stream, read=read))
        assert batches[0].rows.columns == ["id", "changed", "name"]

    def test_values_are_rendered_without_loss(self, connector: Connector, stream: StreamRequest) -> None:
        rows = rows_of(read_all(connector, stream))
        assert rows[0] == {
            "id": "1",
            "name": NAMES[1],
            "changed": "2026-01-02T02:04:05.000006+00:00",
            "rate": "0.1",
            "price": "1.10",
            "ok": "true",
            "day": "2026-05-06",
            "tags": '["a","b c"]',
            "raw": "\\x00ff",
            "local": "2026-07-08T09:10:11",
        }
        assert rows[-1]["rate"] == "10000000000000000000000"

    def test_local_times_are_a_watermark(self, connector: Connector, stream: StreamRequest) -> None:
        local = replace(stream, modified="local")
        mark = read_all(connector, local)[-1].watermark
        self.database.execute("UPDATE customers SET local = now() AT TIME ZONE 'UTC' WHERE id = 9")
        assert self.found(read_all(connector, later(local, mark)), stream) == ["9", "10"]


def test_unset_secret_is_named() -> None:
    with pytest.raises(ConnectorError, match="ERP_URL is not set"):
        open_connector("sql", {"url": {"secret": "ERP_URL"}}, environ={})


def test_unknown_database_names_known_ones() -> None:
    with pytest.raises(ConnectorError, match="known are postgresql"):
        open_connector("sql", {"url": "oracle://x"}, environ={})


def test_hour_that_comes_twice_is_read_again() -> None:
    since = "2026-10-25T00:55:00+00:00"  # 02:55 in Berlin, five minutes before clocks go back
    ends = window_ends(
        since,
        "2026-10-25T03:00:00+00:00",
        word="timestamp without time zone",
        sample=None,
        zone=BERLIN,
    )
    assert (ends.since, ends.until) == ("2026-10-25 01:55:00", "2026-10-25 05:00:00")


def test_text_times_that_do_not_sort_are_refused() -> None:
    with pytest.raises(ConnectorError, match="does not sort by time"):
        window_ends(None, "2026-10-25T03:00:00+00:00", word="text", sample="25.10.2026", zone=BERLIN)

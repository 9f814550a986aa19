"""The files connector passes the suite, for one format after the other."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from syncengine.connectors import Connector, StreamRequest, open_connector
from tests.syncengine.connectors.suite import ConnectorSuite

ROWS = [
    {"Id": "A-1", "Name": "Zöllner & Söhne GmbH", "Employees": "12"},
    {"Id": "A-2", "Name": 'Acme "West", Inc.', "Employees": ""},
    {"Id": "A-3", "Name": "Łódź\nWorks", "Employees": "7"},
]


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    pl.DataFrame(rows).write_csv(path)


def write_tsv(path: Path, rows: list[dict[str, str]]) -> None:
    pl.DataFrame(rows).write_csv(path, separator="\t")


def write_excel(path: Path, rows: list[dict[str, str]]) -> None:
    pl.DataFrame(rows).write_excel(path)


def write_json_lines(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_json(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def write_parquet(path: Path, rows: list[dict[str, str]]) -> None:
    pl.DataFrame(rows).write_parquet(path)


class FilesSuite(ConnectorSuite):
    """The suite over a folder of files that each hold the whole listing."""

    ending: str
    write: Callable[[Path, list[dict[str, str]]], None]

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        type(self).write(tmp_path / f"accounts_1{self.ending}", ROWS)

    @pytest.fixture
    def connector(self) -> Connector:
        return open_connector("files", {"folder": str(self.folder), "settle": 0})

    @pytest.fixture
    def unreachable(self) -> Connector:
        return open_connector("files", {"folder": str(self.folder / "nowhere"), "settle": 0})

    @pytest.fixture
    def stream(self) -> StreamRequest:
        return StreamRequest(
            name="accounts",
            object="account",
            read={"files": f"accounts*{self.ending}"},
            key="Id",
            listing="full",
            until=datetime.now(UTC),
            overlap=timedelta(0),
        )

    def keys(self) -> list[str]:
        return ["A-1", "A-2", "A-3"]

    def empty(self, stream: StreamRequest) -> StreamRequest:
        return StreamRequest(
            name="none", object="account", read={"files": "none*"}, key="Id", until=stream.until
        )

    def change(self) -> str:
        newer = self.folder / f"accounts_2{self.ending}"
        type(self).write(newer, [{**ROWS[0], "Employees": "13"}, *ROWS[1:]])
        os.utime(newer, ns=(2**61, 2**61))
        return "A-1"


class TestCsv(FilesSuite):
    ending = ".csv"
    write = staticmethod(write_csv)


class TestTsv(FilesSuite):
    ending = ".tsv"
    write = staticmethod(write_tsv)


class TestExcel(FilesSuite):
    ending = ".xlsx"
    write = staticmethod(write_excel)


class TestJsonLines(FilesSuite):
    ending = ".jsonl"
    write = staticmethod(write_json_lines)


class TestJson(FilesSuite):
    ending = ".json"
    write = staticmethod(write_json)


class TestParquet(FilesSuite):
    ending = ".parquet"
    write = staticmethod(write_parquet)

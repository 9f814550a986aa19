"""Folders are watched with care: new files once, half-written ones never, newest listing only."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from syncengine.connectors import Connector, ConnectorError, Kind, StreamRequest, open_connector
from syncengine.connectors.files.connector import read_seconds
from syncengine.connectors.files.folder import drop, find_drops, is_finished, require_unchanged
from tests.syncengine.connectors.suite import later, read_all, rows_of

HOUR_NS = 3_600 * 10**9


def put(path: Path, *ids: str, age: int = 0) -> Path:
    """Write an export that names these keys, so many hours old."""
    path.write_text("Id,Name\n" + "".join(f"{key},Name of {key}\n" for key in ids))
    at = 1_700_000_000 * 10**9 - age * HOUR_NS
    os.utime(path, ns=(at, at))
    return path


@pytest.fixture
def connector(tmp_path: Path) -> Connector:
    return open_connector("files", {"folder": "${EXPORTS}", "settle": 0}, environ={"EXPORTS": str(tmp_path)})


def request(files: str = "*.csv", **changes: Any) -> StreamRequest:
    read = {"files": files, **changes.pop("read", {})}
    return StreamRequest(
        name="accounts", object="account", read=read, key="Id", until=datetime.now(UTC), **changes
    )


def keys(connector: Connector, stream: StreamRequest) -> list[str | None]:
    return [row["Id"] for row in rows_of(read_all(connector, stream))]


def test_full_listing_reads_newest_file_only(connector: Connector, tmp_path: Path) -> None:
    put(tmp_path / "b.csv", "1", "2", age=3)
    put(tmp_path / "a.csv", "2", "3", age=1)
    batches = read_all(connector, request(listing="full"))
    assert [row["Id"] for row in rows_of(batches)] == ["2", "3"]
    assert [batch.complete for batch in batches] == [False, True]


def test_delta_reads_all_new_files_in_name_order(connector: Connector, tmp_path: Path) -> None:
    put(tmp_path / "b.csv", "1", age=3)
    put(tmp_path / "a.csv", "2", age=1)
    batches = read_all(connector, request())
    put(tmp_path / "c.csv", "3")
    assert [row["Id"] for row in rows_of(batches)] == ["2", "1"]
    assert not any(batch.complete for batch in batches)
    assert keys(connector, later(request(), batches[-1].watermark)) == ["3"]


def test_replaced_file_is_read_again_and_untouched_one_is_not(connector: Connector, tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "1")
    put(tmp_path / "b.csv", "2")
    mark = read_all(connector, request())[-1].watermark
    put(tmp_path / "b.csv", "7")
    assert keys(connector, later(request(), mark)) == ["7"]


def test_watermark_forgets_files_that_left(connector: Connector, tmp_path: Path) -> None:
    old = put(tmp_path / "a.csv", "1")
    mark = read_all(connector, request())[-1].watermark
    old.unlink()
    put(tmp_path / "b.csv", "2")
    mark = read_all(connector, later(request(), mark))[-1].watermark
    assert list(json.loads(str(mark))["files"]) == ["b.csv"]


def test_interrupted_file_goes_on_at_its_row(connector: Connector, tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "1", "2", "3", "4", "5")
    first = next(connector.read(request(batch_size=2)))
    assert keys(connector, later(request(batch_size=2), first.watermark)) == ["3", "4", "5"]


def test_interrupted_file_that_changed_starts_again(connector: Connector, tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "1", "2", "3")
    first = next(connector.read(request(batch_size=2)))
    put(tmp_path / "a.csv", "1", "2", "3", "4")
    assert keys(connector, later(request(batch_size=2), first.watermark)) == ["1", "2", "3", "4"]


def test_listing_with_a_broken_line_is_not_complete(connector: Connector, tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "1", "2")
    path.write_text(path.read_text() + "3\n")
    batches = read_all(connector, request(listing="full"))
    assert [refusal.where for batch in batches for refusal in batch.refused] == ["a.csv:4"]
    assert not any(batch.complete for batch in batches)


def test_refusals_alone_are_not_lost(connector: Connector, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Id,Name\n1\n")
    batches = read_all(connector, request())
    assert [refusal.payload for batch in batches for refusal in batch.refused] == ["1"]


def test_single_record_comes_from_current_listing(connector: Connector, tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "1", "2", age=5)
    put(tmp_path / "b.csv", "2", "3")
    assert keys(connector, request(listing="full", keys=("1", "2"))) == ["2"]
    assert keys(connector, request(keys=("1", "2"))) == ["1", "2", "2"]


@pytest.mark.parametrize("name", ["a.csv.tmp", "a.csv.part", "a.filepart", "a.csv~", ".a.csv", "~$a.xlsx"])
def test_working_copies_are_left_alone(name: str) -> None:
    assert not is_finished(name)


def test_growing_file_is_left_alone(tmp_path: Path) -> None:
    growing, resting = put(tmp_path / "a.csv", "1"), put(tmp_path / "b.csv", "2")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        growing.write_text(growing.read_text() + "2,more\n")

    clock = growing.stat().st_mtime + 0.5
    found = find_drops(tmp_path, "*.csv", settle=2.0, now=lambda: clock, sleep=pause)
    assert [one.name for one in found] == [resting.name]
    assert pauses == [1.5]


def test_file_that_changes_under_the_reader_is_read_later(tmp_path: Path) -> None:
    seen = drop(put(tmp_path / "a.csv", "1"))
    put(tmp_path / "a.csv", "1", "2")
    with pytest.raises(ConnectorError) as caught:
        require_unchanged(seen)
    assert (caught.value.kind, caught.value.where) == (Kind.RETRY, "a.csv")


def test_missing_key_column_names_those_there(connector: Connector, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Number,Name\n1,a\n")
    with pytest.raises(ConnectorError, match=r"a\.csv: the key column `Id` is missing; .* Number, Name"):
        read_all(connector, request())


def test_unknown_word_in_declaration_names_known_ones(connector: Connector) -> None:
    with pytest.raises(ConnectorError, match="does not know `separator`; it knows columns, delimiter"):
        read_all(connector, request(read={"separator": ";"}))


def test_packed_file_is_read(connector: Connector, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"Id;Name\n1;a\n"))
    assert keys(connector, request("*.gz")) == ["1"]


def test_json_keeps_digits_nesting_and_lists(connector: Connector, tmp_path: Path) -> None:
    text = '{"Id": 12345678901234567890, "price": 1.10, "a": {"b": {"c": true}}, "l": [1, "x"], "n": null}\n'
    (tmp_path / "a.jsonl").write_text(text + "{broken\n\n[1]\n")
    batches = read_all(connector, request("*.jsonl"))
    assert rows_of(batches) == [
        {"Id": "12345678901234567890", "price": "1.10", "a.b.c": "true", "l": '[1, "x"]', "n": None}
    ]
    assert [(r.where, r.payload) for b in batches for r in b.refused] == [
        ("a.jsonl:2", "{broken"),
        ("a.jsonl:4", "[1]"),
    ]


def test_json_array_that_breaks_off_keeps_what_came_before(connector: Connector, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"Id": 1}, {"Id": 2}, {"Id": ')
    batches = read_all(connector, request("*.json"))
    assert [row["Id"] for row in rows_of(batches)] == ["1", "2"]
    assert [r.where for b in batches for r in b.refused] == ["a.json:element 3"]


def test_list_inside_json_document_is_named_by_path(connector: Connector, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"result": {"items": [{"Id": "1"}, {"Id": "2"}]}}')
    assert keys(connector, request("*.json", read={"path": "result.items"})) == ["1", "2"]


def test_excel_reads_named_sheet_with_dates_as_days(connector: Connector, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"Id": [1, 2], "Day": [datetime(2026, 1, 2), None], "Rate": [0.5, 12.0], "Code": ["007", "x"]}
    )
    frame.write_excel(tmp_path / "a.xlsx", worksheet="Kunden")
    rows = rows_of(read_all(connector, request("*.xlsx", read={"sheet": "Kunden"})))
    assert [tuple(row.values()) for row in rows] == [
        ("1", "2026-01-02", "0.5", "007"),
        ("2", None, "12", "x"),
    ]
    with pytest.raises(ConnectorError, match="no sheet `Customers`; it has Kunden"):
        read_all(connector, request("*.xlsx", read={"sheet": "Customers"}))


def test_parquet_types_become_plain_text(connector: Connector, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "Id": ["1"],
            "at": pl.Series([datetime(2026, 1, 2, 3, 4, 5, 6)]).dt.replace_time_zone("UTC"),
            "big": [1e21],
            "nested": [{"a": 1, "b": {"c": "x"}}],
            "list": [[1, 2]],
            "ok": [True],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    assert rows_of(read_all(connector, request("*.parquet"))) == [
        {
            "Id": "1",
            "at": "2026-01-02T03:04:05.000006+00:00",
            "big": "1000000000000000000000",
            "nested.a": "1",
            "nested.b.c": "x",
            "list": "[1, 2]",
            "ok": "true",
        }
    ]


def test_listing_that_is_no_full_one_names_no_keys(connector: Connector, tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "1")
    assert connector.lists_keys(request()) is False
    assert list(connector.list_keys(replace(request(), listing="full"))) == [["1"]]


@pytest.mark.parametrize(("told", "seconds"), [("2 seconds", 2.0), ("1 minute", 60.0), (0, 0.0), ("5", 5.0)])
def test_settle_is_a_duration(told: str, seconds: float) -> None:
    assert read_seconds(told) == seconds


def test_settle_that_is_none_is_refused() -> None:
    with pytest.raises(ConnectorError, match="write `2 seconds`"):
        read_seconds("soon")

"""Frames into the database and out of it: the same by few rows and by many."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import DivisionByZero

from accounts import frames

TEXT = st.one_of(st.none(), st.sampled_from(["", '"', ",", "\n", "\r\n", "\\.", "\\N", "NULL", "'"]), st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8
))  # fmt: skip
SHAPE = {"n": "bigint", "a": "text", "b": "text", "many": "bigint[]"}
READ = {"n": pl.Int64(), "a": pl.String(), "b": pl.String(), "many": pl.List(pl.Int64())}
MANY = st.one_of(st.none(), st.lists(st.integers(-5, 2**40), max_size=3))


def round_trip(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    frame = pl.DataFrame(rows, schema=READ, orient="row")
    with transaction.atomic():
        frames.stage("few_or_many", SHAPE, frame)
        return frames.read("SELECT n, a, b, many FROM few_or_many", READ).rows()


@pytest.mark.django_db
@given(st.lists(st.tuples(st.integers(0, 9), TEXT, TEXT, MANY), max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_few_rows_come_back_as_they_went(rows: list[tuple[object, ...]]) -> None:
    assert round_trip(rows) == rows


@pytest.mark.django_db
def test_few_rows_come_back_as_many_do(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(1, 'a "quoted", text\nin lines', None, [1, 2]), (2, "", "x", []), (3, None, None, None)]
    few = round_trip(rows)
    monkeypatch.setattr(frames, "FEW_ROWS", 0)
    monkeypatch.setattr(frames, "FEW_BYTES", 0)
    assert few == rows == round_trip(rows)


@pytest.mark.django_db
def test_times_of_few_rows_keep_their_zone() -> None:
    at = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    with transaction.atomic():
        frames.stage("times", {"at": "timestamptz", "one": "text"}, pl.DataFrame({"at": [at, None], "one": ["a", "b"]}))
        told = frames.read("SELECT at FROM times ORDER BY one", {"at": pl.Datetime("us", "UTC")})
    assert told["at"].to_list() == [at, None]


def test_a_statement_runs_while_the_block_computes(db: None) -> None:
    frames.execute("CREATE TEMP TABLE written (n int) ON COMMIT DROP")

    with frames.executing("INSERT INTO written SELECT generate_series(1, 3)"):
        pass

    assert frames.rows("SELECT count(*) FROM written") == [(3,)]


def test_a_statement_that_fails_beside_is_told(db: None) -> None:
    with pytest.raises(DivisionByZero), frames.executing("SELECT 1 / 0"):
        pass


def test_rows_take_the_place_of_others(db: None) -> None:
    frames.execute("CREATE TEMP TABLE refilled (n int) ON COMMIT DROP")
    frames.execute("INSERT INTO refilled VALUES (1)")

    with frames.refilling("refilled", pl.DataFrame({"n": [7, 8]})):
        pass

    assert frames.rows("SELECT n FROM refilled ORDER BY n") == [(7,), (8,)]

"""Survivorship is deterministic, independent of order, and lets a pinned value beat every rule."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.catalogue import load
from syncengine.survivorship import PINNED, RULES, FieldRule, survive

SPEC = load()["account"]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NO_PINS = pl.DataFrame(schema={"cluster": pl.Int64, "field": pl.Int16, "value": pl.String})
SCHEMA = {
    "cluster": pl.Int64, "record_id": pl.Int64, "source": pl.Int16, "key": pl.String,
    "observed": pl.Datetime("us", "UTC"), "live": pl.Boolean, "name": pl.String, "city": pl.String,
    "employees": pl.Int64, "tags": pl.List(pl.String),
}  # fmt: skip


def record(record_id: int, **values: object) -> dict[str, object]:
    row = dict.fromkeys(SCHEMA) | {"cluster": 1, "record_id": record_id, "source": 1, "live": True}
    return row | {"key": f"K{record_id}", "observed": NOW} | values


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")


def rules(**changed: FieldRule) -> dict[str, FieldRule]:
    return {name: FieldRule("system_of_record", (1, 2, 3)) for name in SPEC.fields} | changed


def golden(rows: pl.DataFrame, pins: pl.DataFrame = NO_PINS, **changed: FieldRule) -> dict[str, object]:
    return survive(rows, SPEC, rules(**changed), pins).golden.row(0, named=True)


def test_system_of_record_follows_the_order_of_trust() -> None:
    rows = frame(record(1, source=2, name="Second"), record(2, source=1, name="First"))
    found = golden(rows)
    assert found["name"] == "First"
    assert (found["winners"][0], found["rules"][0]) == (2, RULES["system_of_record"])


def test_missing_values_never_win() -> None:
    found = golden(frame(record(1, source=1, name=None), record(2, source=3, name="Said")))
    assert (found["name"], found["winners"][0], found["rules"][0]) == ("Said", 2, RULES["only_source"])


def test_most_recent_takes_the_newest_observation() -> None:
    rows = frame(record(1, city="Old"), record(2, source=3, city="New", observed=NOW + timedelta(days=1)))
    assert golden(rows, city=FieldRule("most_recent", (1,)))["city"] == "New"


def test_most_frequent_counts_values() -> None:
    rows = frame(record(1, city="A"), record(2, source=2, city="B"), record(3, source=3, city="B"))
    assert golden(rows, city=FieldRule("most_frequent", (1, 2, 3)))["city"] == "B"


def test_longest_highest_and_lowest_rank_by_value() -> None:
    rows = frame(record(1, city="Ulm", employees=5), record(2, source=2, city="Hamburg", employees=9))
    assert golden(rows, city=FieldRule("longest", (1,)))["city"] == "Hamburg"
    assert golden(rows, employees=FieldRule("highest", (1,)))["employees"] == 9
    assert golden(rows, employees=FieldRule("lowest", (2,)))["employees"] == 5


def test_aggregate_keeps_every_tag_once() -> None:
    rows = frame(record(1, tags=["a", "b"]), record(2, source=2, tags=["b", "c"]))
    assert golden(rows, tags=FieldRule("aggregate", (1, 2)))["tags"] == ["a", "b", "c"]


def test_deleted_records_do_not_compete_unless_all_are_deleted() -> None:
    gone = record(1, source=1, name="Gone", live=False)
    assert golden(frame(gone, record(2, source=3, name="Here")))["name"] == "Here"
    assert golden(frame(gone, record(2, source=3, live=False, name="Too")))["name"] == "Gone"


def test_pinned_value_beats_every_rule() -> None:
    pins = pl.DataFrame({"cluster": [1], "field": [16], "value": ["77"]}, schema=NO_PINS.schema)
    found = golden(frame(record(1, employees=5), record(2, employees=9)), pins)
    assert (found["employees"], found["winners"][15], found["rules"][15]) == (77, PINNED, RULES["pinned"])


def test_conflict_opens_only_where_asked_and_different_after_normalisation() -> None:
    asked = FieldRule("system_of_record", (1, 2), conflict=True)
    same = frame(record(1, city="KÖLN "), record(2, source=2, city="köln"))
    other = frame(record(1, city="Köln"), record(2, source=2, city="Bonn"))
    assert survive(same, SPEC, rules(city=asked), NO_PINS).conflicts.height == 0
    assert survive(other, SPEC, rules(), NO_PINS).conflicts.height == 0
    assert survive(other, SPEC, rules(city=asked), NO_PINS).conflicts.rows() == [(1, 7, ["bonn", "koln"])]


def test_two_records_of_one_source_are_no_conflict_between_sources() -> None:
    asked = FieldRule("system_of_record", (1, 2), conflict=True)
    rows = frame(record(1, city="Köln"), record(2, city="Bonn"))
    assert survive(rows, SPEC, rules(city=asked), NO_PINS).conflicts.height == 0


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "cluster": st.integers(1, 4),
            "source": st.integers(1, 3),
            "live": st.booleans(),
            "name": st.none() | st.sampled_from(["A", "B", "C"]),
            "employees": st.none() | st.integers(0, 3),
            "observed": st.integers(0, 3).map(lambda days: NOW + timedelta(days=days)),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(
    RECORDS, st.randoms(use_true_random=False), st.sampled_from(["most_recent", "most_frequent", "longest"])
)
def test_order_of_rows_changes_nothing(
    parts: list[dict[str, object]], dice: random.Random, strategy: str
) -> None:
    rows = [record(number, **part) for number, part in enumerate(parts, start=1)]
    shuffled = dice.sample(rows, len(rows))
    chosen = rules(name=FieldRule(strategy, (2, 1, 3)), employees=FieldRule("highest", (1,)))
    one = survive(frame(*rows), SPEC, chosen, NO_PINS)
    two = survive(frame(*shuffled), SPEC, chosen, NO_PINS)
    assert one.golden.sort("cluster").equals(two.golden.sort("cluster"))


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_every_value_is_one_that_its_named_winner_said(parts: list[dict[str, object]]) -> None:
    rows = [record(number, **part) for number, part in enumerate(parts, start=1)]
    by_key = {row["key"]: row for row in rows}
    for found in survive(frame(*rows), SPEC, rules(), NO_PINS).golden.iter_rows(named=True):
        winner = found["winners"][0]
        assert found["name"] == (by_key[found["keys"][winner - 1]]["name"] if winner else None)

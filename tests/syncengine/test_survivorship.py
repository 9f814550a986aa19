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


WIDE = SCHEMA | {"invalid": pl.List(pl.Int16), "clocks": pl.List(pl.Datetime("us", "UTC")), "phone": pl.String}
CITY, PHONE = SPEC.fields["city"].code, SPEC.fields["phone"].code


def wide(*rows: dict[str, object]) -> pl.DataFrame:
    """Records with what survivorship weighs beside the values."""
    return pl.DataFrame([dict.fromkeys(WIDE) | row for row in rows], schema=WIDE, orient="row")


def test_value_that_failed_validation_stands_back_but_is_better_than_none() -> None:
    doubted = record(1, source=1, city="K0ln", invalid=[CITY])
    sound = record(2, source=3, city="Köln")
    assert golden(wide(doubted, sound))["city"] == "Köln"
    assert golden(wide(doubted, record(2, source=3)))["city"] == "K0ln"
    trusting = FieldRule("system_of_record", (1, 2, 3), distrust_invalid=False)
    assert golden(wide(doubted, sound), city=trusting)["city"] == "K0ln"


def test_value_that_failed_validation_disagrees_with_nobody() -> None:
    asked = FieldRule("system_of_record", (1, 2), conflict=True)
    rows = wide(record(1, city="Bonn", invalid=[CITY]), record(2, source=2, city="Köln"))
    assert survive(rows, SPEC, rules(city=asked), NO_PINS).conflicts.height == 0


def test_deleted_record_is_heard_where_the_policy_trusts_it() -> None:
    rows = frame(record(1, source=1, name="Gone", live=False), record(2, source=3, name="Here"))
    assert golden(rows, name=FieldRule("system_of_record", (1, 2, 3), distrust_deleted=False))["name"] == "Gone"


def test_empty_value_of_the_trusted_record_stands_where_the_policy_says_so() -> None:
    rows = frame(record(1, source=1), record(2, source=2, city="Köln"))
    found = golden(rows, city=FieldRule("system_of_record", (1, 2), ignore_empty=False))
    assert (found["city"], found["winners"][CITY - 1]) == (None, 0)


def test_most_recent_hears_the_fields_own_clock() -> None:
    late = NOW + timedelta(days=9)
    clocks = [None] * (PHONE - 1) + [late]
    rows = wide(
        record(1, phone="1", clocks=clocks), record(2, source=2, phone="2", observed=NOW + timedelta(days=5))
    )
    assert golden(rows, phone=FieldRule("most_recent", (2, 1)))["phone"] == "1"
    assert golden(rows, city=FieldRule("most_recent", (2, 1)))["city"] is None


def test_most_frequent_counts_what_is_alike() -> None:
    rows = frame(record(1, city="Bonn"), record(2, source=2, city="KÖLN"), record(3, source=3, city="Köln"))
    assert golden(rows, city=FieldRule("most_frequent", (1, 2, 3)))["city"] == "KÖLN"


def test_aggregate_keeps_what_is_alike_once() -> None:
    rows = frame(record(1, tags=["Key account"]), record(2, source=2, tags=["key-account", "new"]))
    assert golden(rows, tags=FieldRule("aggregate", (1, 2)))["tags"] == ["Key account", "new"]


STANDS = pl.DataFrame({"cluster": [1], "city": ["Bonn"]}, schema={"cluster": pl.Int64, "city": pl.String})


def guarded(rule: FieldRule, now: datetime, pins: pl.DataFrame = NO_PINS) -> tuple[object, ...]:
    """City, its rule and what waits, where Bonn stands and the sources now say Köln."""
    rows = frame(record(1, city="Köln"), record(2, source=2))
    found = survive(rows, SPEC, rules(city=rule), pins, standing=STANDS, now=now)
    row = found.golden.row(0, named=True)
    assert found.waiting is not None
    return row["city"], row["rules"][CITY - 1], found.waiting.rows()


def test_value_below_the_minimum_age_waits_and_then_overrides() -> None:
    rule = FieldRule("system_of_record", (1, 2), minimum_age=timedelta(days=7))
    assert guarded(rule, NOW + timedelta(days=6)) == ("Bonn", RULES["too_young"], [])
    assert guarded(rule, NOW + timedelta(days=8)) == ("Köln", RULES["only_source"], [])


def test_value_that_needs_approval_waits_for_a_person_and_a_pin_settles_it() -> None:
    rule = FieldRule("system_of_record", (1, 2), approval=True)
    assert guarded(rule, NOW) == ("Bonn", RULES["unapproved"], [(1, CITY, ["Bonn", "Köln"])])
    pins = pl.DataFrame({"cluster": [1], "field": [CITY], "value": ["Köln"]}, schema=NO_PINS.schema)
    assert guarded(rule, NOW, pins)[:2] == ("Köln", RULES["pinned"])


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


@settings(max_examples=60)
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


@settings(max_examples=60)
@given(RECORDS)
def test_every_value_is_one_that_its_named_winner_said(parts: list[dict[str, object]]) -> None:
    rows = [record(number, **part) for number, part in enumerate(parts, start=1)]
    by_key = {row["key"]: row for row in rows}
    for found in survive(frame(*rows), SPEC, rules(), NO_PINS).golden.iter_rows(named=True):
        winner = found["winners"][0]
        assert found["name"] == (by_key[found["keys"][winner - 1]]["name"] if winner else None)


OPTIONS = st.builds(
    FieldRule,
    strategy=st.sampled_from(["system_of_record", "most_recent", "most_frequent", "longest", "manual"]),
    order=st.permutations([1, 2, 3]).map(tuple),
    ignore_empty=st.booleans(),
    distrust_invalid=st.booleans(),
    distrust_deleted=st.booleans(),
)
DOUBTED = st.lists(st.none() | st.just([1]), min_size=12, max_size=12)


@settings(max_examples=60)
@given(RECORDS, DOUBTED, OPTIONS, st.randoms(use_true_random=False))
def test_options_depend_on_the_records_alone(
    parts: list[dict[str, object]], doubted: list[list[int] | None], rule: FieldRule, dice: random.Random
) -> None:
    rows = [record(n, **part, invalid=mark) for n, (part, mark) in enumerate(zip(parts, doubted, strict=False), 1)]
    chosen = rules(name=rule)
    one = survive(wide(*rows), SPEC, chosen, NO_PINS).golden.sort("cluster")
    two = survive(wide(*dice.sample(rows, len(rows))), SPEC, chosen, NO_PINS).golden.sort("cluster")
    assert one.equals(two)
    said = {(row["cluster"], row["name"]) for row in rows}
    assert {(row["cluster"], row["name"]) for row in one.iter_rows(named=True) if row["name"]} <= said


@settings(max_examples=60)
@given(RECORDS, OPTIONS, st.sampled_from(["A", "Z"]))
def test_pin_beats_every_rule_and_its_release_restores(
    parts: list[dict[str, object]], rule: FieldRule, value: str
) -> None:
    rows = frame(*[record(number, **part) for number, part in enumerate(parts, start=1)])
    clusters = sorted(set(rows["cluster"]))
    pins = pl.DataFrame({"cluster": clusters, "field": [1] * len(clusters), "value": [value] * len(clusters)},
                        schema=NO_PINS.schema)  # fmt: skip
    before = survive(rows, SPEC, rules(name=rule), NO_PINS).golden
    pinned = survive(rows, SPEC, rules(name=rule), pins).golden
    assert pinned["name"].to_list() == [value] * len(clusters)
    assert survive(rows, SPEC, rules(name=rule), NO_PINS).golden.equals(before)

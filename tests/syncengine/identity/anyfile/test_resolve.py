"""Any file: accuracy on other people's data, and what must never be merged."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.identity.anyfile.columns import FIELDS
from syncengine.identity.anyfile.resolve import resolve
from tests.syncengine.identity.anyfile.labelled import SHARED, early_childhood, measured, senzing
from tests.syncengine.identity.companies import companies
from tests.syncengine.identity.febrl import febrl

needs_sets = pytest.mark.skipif(not SHARED.exists(), reason="the labelled sets are not on this machine")
TEXT = st.one_of(
    st.none(), st.text(max_size=40), st.sampled_from(["n/a", "", "GmbH", "0000", "1.2.1980", "王杰", "x" * 5000])
)


def together(rows: list[dict[str, str]]) -> list[int]:
    """The cluster of each row."""
    frame = pl.DataFrame([{"record_id": n, **row} for n, row in enumerate(rows)], infer_schema_length=None)
    return resolve(frame).clusters.sort("record_id")["cluster"].to_list()


@needs_sets
def test_sites_of_one_city() -> None:
    records, truth = early_childhood()
    assert measured(resolve(records).clusters, truth)["f1"] >= 0.95


@needs_sets
def test_sites_with_their_whole_address_in_one_column() -> None:
    records, truth = early_childhood()
    whole = pl.concat_str(["street", pl.lit("Chicago IL"), "postcode"], separator=", ", ignore_nulls=True)
    found = resolve(records.select("record_id", "name", "phone", address=whole))
    assert measured(found.clusters, truth)["f1"] >= 0.94


@needs_sets
def test_persons_and_organisations_of_three_lists() -> None:
    records, truth = senzing()
    assert measured(resolve(records).clusters, truth)["f1"] >= 0.97


def test_companies_of_careless_systems() -> None:
    records, truth = companies(600, seed=31)
    found = measured(resolve(records).clusters, truth)
    assert found["precision"] >= 0.99 and found["f1"] >= 0.97, found


def test_companies_under_published_noise() -> None:
    records, truth = febrl(500, seed=7)
    found = measured(resolve(records).clusters, truth)
    assert found["precision"] >= 0.99 and found["f1"] >= 0.97, found


def test_columns_that_say_nothing_merge_nothing() -> None:
    records = companies(100, seed=3)[0].select("record_id")
    assert resolve(records).clusters["cluster"].to_list() == records["record_id"].to_list()


def test_one_value_for_all_merges_no_strangers() -> None:
    records = companies(400, seed=5)[0].with_columns(
        phone=pl.lit("030 1234568"), email=pl.lit("info@acme.de"), tax_id=pl.lit("DE811907980")
    )
    truth = companies(400, seed=5)[1]
    assert measured(resolve(records).clusters, truth)["precision"] >= 0.99


def test_twins_at_one_address_are_two() -> None:
    house = {"street": "12 Main St", "city": "Springfield", "phone": "555 123 4567", "birth_date": "1990-03-04"}
    assert together([{"name": "Mark Kuhn", **house}, {"name": "Martha Kuhn", **house}]) == [0, 1]


def test_a_date_that_no_calendar_has_keeps_nobody_apart() -> None:
    rows = [{"name": "Marianne Koch", "birth_date": born} for born in ("1970-05-30", "1970-05-35", "1982-09-02")]
    assert together(rows) == [0, 0, 2]


def test_father_and_son_are_two() -> None:
    house = {"street": "12 Main St", "postcode": "10115"}
    rows = [{"name": "John Kuhn", "birth_date": born, **house} for born in ("1950-03-04", "1980-09-21")]
    assert together(rows) == [0, 1]


def _couples(count: int, *, given: int, family: int) -> list[dict[str, str]]:
    """Rows told twice; in so many of a hundred the given or the family name of the second is another one."""
    firsts, lasts = ["Anna", "Mark", "Julia", "Peter", "Sarah"], ["Kuhn", "Weber", "Lang", "Moser", "Brandt"]
    rows = []
    for n in range(count):
        house = {"street": f"{n} Main St", "birth_date": f"19{n % 90 + 10}-0{n % 9 + 1}-1{n % 7}"}
        first, last = firsts[n % 5], lasts[n // 5 % 5]
        other = firsts[(n + 2) % 5] if n % 100 < given else first
        rows += [{"name": f"{first} {last}", **house}]
        rows += [{"name": f"{other} {lasts[(n // 5 + 1) % 5] if n % 100 >= 100 - family else last}", **house}]
    return rows


def test_a_careless_file_shows_that_its_names_are_often_wrong() -> None:
    """Where family names are wrong as often, another given name is a slip; where they are right, it is a twin."""
    careless, careful = (together(_couples(200, given=15, family=family)) for family in (15, 0))
    assert len(set(careless)) == 200
    assert len(set(careful)) == 230


def test_who_fits_two_equally_joins_neither() -> None:
    house = {"street": "12 Main St", "postcode": "10115"}
    born = [{"name": "John Kuhn", "birth_date": day, **house} for day in ("1950-03-04", "1980-09-21")]
    assert together([*born, {"name": "John Kuhn", **house}]) == [0, 1, 2]


def test_one_person_in_two_scripts() -> None:
    rows = [
        {"name": "王杰", "street": "12 Constitution Street", "birth_date": "1993-09-14"},
        {"name": "Wang Jie", "street": "12 Constitution Street", "birth_date": "14.9.1993"},
    ]
    assert together(rows) == [0, 0]


def test_no_rows_and_one_row() -> None:
    empty = pl.DataFrame(schema={"record_id": pl.Int64, "name": pl.String})
    assert resolve(empty).clusters.height == 0
    assert together([{"name": "Acme"}]) == [0]


@given(st.lists(st.fixed_dictionaries({field: TEXT for field in FIELDS}), max_size=6))
@settings(max_examples=5)
def test_any_text_is_taken(rows: list[dict[str, str | None]]) -> None:
    schema = {"record_id": pl.Int64, **dict.fromkeys(FIELDS, pl.String)}
    records = pl.DataFrame([{"record_id": n, **row} for n, row in enumerate(rows)], schema=schema)
    assert resolve(records).clusters["record_id"].to_list() == list(range(len(rows)))


def test_the_order_of_rows_changes_nothing() -> None:
    records = companies(120, seed=8)[0]
    straight = resolve(records).clusters.sort("record_id")
    assert (
        resolve(records.sample(fraction=1, shuffle=True, seed=4)).clusters.sort("record_id").rows() == straight.rows()
    )


def test_many_rows_with_one_key_stay_apart() -> None:
    """One telephone, one address and one e-mail for all: no keys, no pairs, no memory."""
    count = 20_000
    names = pl.int_range(count, eager=True).hash(5).cast(pl.String)
    records = pl.DataFrame({"record_id": range(count), "name": names}).with_columns(
        phone=pl.lit("030 1234568"), street=pl.lit("Hauptstr. 1"), postcode=pl.lit("10115"), email=pl.lit("a@b-c.de")
    )
    found = resolve(records)
    assert found.clusters["cluster"].n_unique() == count
    assert found.pairs.height < count

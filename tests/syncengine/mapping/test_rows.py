"""Whole rows: keys, duplicates, deletions, further objects, missing columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from accounts.catalogue import load
from syncengine.mapping import ConfigurationError, Drift, compile_stream, drift, map_rows
from syncengine.mapping.head import sortable_version
from syncengine.policies.shapes import AlsoMap, FieldMap
from syncengine.records import CANONICAL_HEAD, CANONICAL_TYPES
from tests.syncengine.mapping.streams import NOW, make_raw, make_stream, map_all

NAME = FieldMap("name", ("Name",))
MODIFIED = FieldMap("modified", ("Mod",))
DELETED = FieldMap("deleted", ("Del",))


def test_rows_have_the_contracts_columns_and_types() -> None:
    fields = [FieldMap(name, ("X",), on_error="null") for name in load()["account"].fields]
    (batch,) = map_all(make_raw(X=["1"]), make_stream(*fields))
    specs = load()["account"].fields.values()
    assert dict(batch.rows.schema) == CANONICAL_HEAD | {
        spec.column: CANONICAL_TYPES[spec.type] for spec in specs
    }


def test_no_rows_give_no_rows_of_the_same_types() -> None:
    stream = make_stream(NAME, FieldMap("credit_limit", ("L",)), modified=MODIFIED)
    raw = make_raw(Name=["a"], L=["1"], Mod=["2026-01-01"])
    assert_frame_equal(map_all(raw.clear(), stream)[0].rows, map_all(raw, stream)[0].rows.clear())


def test_constants_joins_and_fallbacks() -> None:
    stream = make_stream(
        FieldMap("legal_entity", how="constant", value="DE01"),
        FieldMap("street", ("S1", "S2"), how="join", separator=", "),
        FieldMap("name", ("Long", "Short"), how="first_of"),
        FieldMap("duns", ("S1", "Short"), how="template", template="{S1}/{Short}"),
    )
    raw = make_raw(S1=["Weg 1", "", "a"], S2=["Hof", "", ""], Long=["", "L", ""], Short=["s", "t", ""])
    found = map_all(raw, stream)[0].rows.select("legal_entity", "street", "name", "duns").rows()
    assert found == [
        ("DE01", "Weg 1, Hof", "s", "Weg 1/s"),
        ("DE01", None, "L", None),
        ("DE01", "a", None, None),
    ]


def test_row_without_key_is_refused() -> None:
    raw = make_raw(Id=["", " 7 ", None], Name=["a", "b", "c"])
    (batch,) = map_all(raw, make_stream(NAME))
    assert batch.rows["key"].to_list() == ["7"]
    assert [(r.key, r.rule, r.severity) for r in batch.refused] == [(None, "map:key", "reject")] * 2


def test_refusal_names_field_value_form_and_payload() -> None:
    raw = make_raw(Name=["Acme"], L=["1,5"], E=["many"])
    stream = make_stream(NAME, FieldMap("credit_limit", ("L",), decimal="."), FieldMap("employees", ("E",)))
    (refusal,) = map_all(raw, stream)[0].refused
    assert refusal.reason == (
        "credit_limit: “1,5” is not a number with decimal mark “.”, below a million millions; "
        "employees: “many” is not a whole number"
    )
    assert (refusal.key, refusal.where, refusal.stage) == ("0", "crm.rows", "map")
    assert refusal.payload == '{"E":"many","Id":"0","L":"1,5","Name":"Acme"}'


def test_newest_of_a_key_wins_and_the_last_of_equals() -> None:
    raw = make_raw(
        Id=["1", "1", "2", "2", "3"],
        Name=["old", "new", "x", "y", "z"],
        Mod=["2026-01-02", "2026-01-03", "2026-01-01", "2026-01-01", ""],
    )
    (batch,) = map_all(raw, make_stream(NAME, modified=MODIFIED))
    assert batch.rows.select("key", "name").rows() == [("1", "new"), ("2", "y"), ("3", "z")]
    assert batch.superseded == 2


def test_deleted_row_is_told_whatever_else_it_says() -> None:
    raw = make_raw(Name=["a", "b", "c"], E=["x", "1", "2"], Del=["true", "0", "maybe"])
    (batch,) = map_all(raw, make_stream(NAME, FieldMap("employees", ("E",)), deleted=DELETED))
    assert batch.rows.select("key", "deleted", "employees").rows() == [("0", True, None), ("1", False, 1)]
    assert [(r.key, r.rule) for r in batch.refused] == [("2", "map:deleted")]


def test_unreadable_modification_time_warns_and_a_future_one_becomes_now() -> None:
    raw = make_raw(Name=["a", "b"], Mod=["yesterday", "2030-01-01T00:00:00Z"])
    (batch,) = map_all(raw, make_stream(NAME, modified=MODIFIED))
    assert batch.rows["modified_at"].to_list() == [None, NOW]
    assert [(w.key, w.severity) for w in batch.warnings] == [("0", "warn")]


def test_version_defaults_to_the_modification_time_and_sorts() -> None:
    raw = make_raw(Name=["a", "b"], Mod=["2026-01-02T10:00:00Z", ""])
    (batch,) = map_all(raw, make_stream(NAME, modified=MODIFIED))
    assert batch.rows["source_version"].to_list() == ["2026-01-02T10:00:00.000000Z", None]
    versions = pl.DataFrame({"v": ["9", "10", "2026-01-02T10:00:00+01:00", "v7"]})
    assert versions.select(sortable_version(pl.col("v"))).to_series().to_list() == [
        "00000000000000000009",
        "00000000000000000010",
        "2026-01-02T09:00:00.000000Z",
        "v7",
    ]


def test_further_objects_are_told_by_rows_that_were_taken() -> None:
    address = AlsoMap(
        "address",
        "{Id}:shipping",
        (FieldMap("account", ("Id",)), FieldMap("city", ("City",))),
        unless_empty=("City", "Street"),
    )
    raw = make_raw(Name=["a", "b", "c"], City=["Bonn", "", "Köln"], Street=["", "", ""], E=["1", "2", "x"])
    first, also = map_all(raw, make_stream(NAME, FieldMap("employees", ("E",)), also=(address,)))
    assert (first.object, first.rows.height, len(first.refused)) == ("account", 2, 1)
    assert also.rows.select("key", "account_key", "city").rows() == [("0:shipping", "0", "Bonn")]
    assert (also.object, also.absent, also.refused) == ("address", ("1:shipping",), ())


def test_missing_column_names_stream_column_and_what_there_is() -> None:
    with pytest.raises(ConfigurationError) as caught:
        map_all(make_raw(name_=["a"]), make_stream(NAME))
    assert str(caught.value) == (
        "crm.rows: the source no longer sends “Name” (is it now “name_”?). Columns present: “Id”, “name_”"
    )


def test_sparse_stream_takes_absent_columns_as_empty() -> None:
    (batch,) = map_all(make_raw(Other=["x"]), replace(make_stream(NAME), sparse=True))
    assert batch.rows["name"].to_list() == [None]


def test_drift_tells_missing_new_and_renamed() -> None:
    assert drift(["Id", "E-Mail", "X"], ["Id", "email", "New"]) == Drift(
        missing=("E-Mail", "X"), unmapped=("email", "New"), renamed={"E-Mail": "email"}
    )


def test_mapping_the_same_rows_again_gives_the_same() -> None:
    plan = compile_stream(make_stream(NAME, modified=MODIFIED), load())
    raw = make_raw(Name=["a", "b"], Mod=["2026-01-02", "x"])
    first, again = (map_rows(raw, plan, now=datetime(2026, 1, 5, tzinfo=UTC))[0] for _ in range(2))
    assert_frame_equal(first.rows, again.rows)
    assert first.warnings == again.warnings


def test_refusal_of_a_day_names_its_format_in_letters() -> None:
    stream = make_stream(NAME, FieldMap("customer_since_date", ("S",), format="%d.%m.%Y"))
    (refusal,) = map_all(make_raw(Name=["Acme"], S=["2026-31-01"]), stream)[0].refused
    assert refusal.reason == "customer_since_date: “2026-31-01” is not a day written DD.MM.YYYY"

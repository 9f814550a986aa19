"""Payloads and their digests."""

from __future__ import annotations

import hashlib

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from syncengine.mapping import content_hash, payload_column, rows_from_payloads

TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",))))


def test_payload_does_not_depend_on_company_or_order_of_columns() -> None:
    alone = pl.DataFrame({"b": ["1"], "a": ["x"]})
    among = pl.DataFrame({"a": ["x", "y"], "c": [None, "z"], "b": ["1", "2"]})
    assert payload_column(alone).to_list() == payload_column(among).to_list()[:1] == ['{"a":"x","b":"1"}']


def test_empty_text_is_kept_and_nothing_is_not() -> None:
    assert payload_column(pl.DataFrame({"a": ["", None]})).to_list() == ['{"a":""}', "{}"]


def test_names_that_differ_in_capitals_stay_apart() -> None:
    raw = pl.DataFrame({"B": ["1"], "b": ["2"]})
    assert_frame_equal(rows_from_payloads(payload_column(raw)), raw)


def test_asked_columns_come_even_where_no_row_has_them() -> None:
    rows = rows_from_payloads(pl.Series(['{"a":"x"}']), ["z"])
    assert rows.rows(named=True) == [{"a": "x", "z": None}]
    assert rows_from_payloads(pl.Series([], dtype=pl.String), ["z"]).schema == {"z": pl.String}


def test_content_hash_is_md5_of_the_payload() -> None:
    raw = pl.DataFrame({"a": ["x"]})
    expected = hashlib.md5(b'{"a":"x"}', usedforsecurity=False).hexdigest()
    assert content_hash(raw).to_list() == content_hash(payload_column(raw)).to_list() == [expected]


@settings(max_examples=50)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1))
def test_rows_survive_being_kept_as_payload(rows: list[tuple[str | None, str | None]]) -> None:
    raw = pl.DataFrame(rows, schema={"a.b": pl.String, 'odd "name"': pl.String}, orient="row")
    assert_frame_equal(rows_from_payloads(payload_column(raw), raw.columns), raw)

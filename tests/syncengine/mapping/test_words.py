"""Words, lists and codes out of text."""

from __future__ import annotations

import polars as pl
import pytest

from syncengine.mapping.words import chosen
from tests.syncengine.mapping.streams import map_field


def test_text_is_stripped_and_rid_of_controls() -> None:
    texts: list[str | None] = ["  Acme ", "", None, "A\x00B", "Line 1\r\nLine 2", "\u00a0x\ufeff", "\t"]
    assert map_field(texts, "name") == ["Acme", None, None, "AB", "Line 1 Line 2", "x", None]


def test_text_too_long_is_refused_never_cut() -> None:
    assert map_field(["x" * 1000, "x" * 1001], "name") == ["x" * 1000, "refused"]


def test_choice_takes_the_catalogues_words_however_written() -> None:
    assert map_field(["Phase out", "ACTIVE", "gone", None], "status", "product") == [
        "phase_out",
        "active",
        "refused",
        None,
    ]


def test_choice_is_translated() -> None:
    values = {"A": "active", "I": "inactive"}
    assert map_field(["a", "I", "?"], "status", values=values) == ["active", "inactive", "refused"]
    assert map_field(["a", "?", None], "status", values=values, otherwise="dormant") == [
        "active",
        "dormant",
        None,
    ]


def test_text_is_translated_and_the_rest_kept() -> None:
    assert map_field(["MFG", "Retail"], "industry", values={"mfg": "Manufacturing"}) == [
        "Manufacturing",
        "Retail",
    ]


def test_boolean_by_usual_and_by_declared_words() -> None:
    assert map_field(["Yes", "0", "maybe", None], "credit_hold") == [True, False, "refused", None]
    options = {"true": ("H",), "false": ("-",), "default": "-"}
    assert map_field(["h", "-", None, "yes"], "credit_hold", **options) == [True, False, False, "refused"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("de", "DE"),
        ("DEU", "DE"),
        ("Deutschland", "DE"),
        ("U.S.A.", "US"),
        ("Österreich", "AT"),
        ("Atlantis", "refused"),
    ],
)
def test_country_by_code_or_name(text: str, expected: str) -> None:
    assert map_field([text], "country") == [expected]


def test_currency_refuses_signs_that_mean_several() -> None:
    assert map_field(["eur", "€", "$", "XYZ"], "currency") == ["EUR", "EUR", "refused", "refused"]


def test_tags_out_of_lists_and_separated_words() -> None:
    texts: list[str | None] = ["a; b;a", '["x, y", "z"]', " ; ", None, "[broken"]
    assert map_field(texts, "tags") == [["a", "b"], ["x, y", "z"], None, None, ["[broken"]]
    assert map_field(["a|b"], "tags", transform=('split("|")',)) == [["a", "b"]]


def test_transforms_and_declared_empties() -> None:
    assert map_field(["n/a", "Tel: 0 89  1"], "phone", empty=("n/a",), transform=("phone",)) == [
        None,
        "0 89 1",
    ]
    assert map_field(["ab"], "segment", transform=("upper",)) == ["AB"]


def test_on_error_null_keeps_the_row() -> None:
    assert map_field(["x", "5"], "employees", on_error="null") == [None, 5]


def test_choices_keep_the_spelling_they_were_declared_in() -> None:
    told = pl.DataFrame({"value": ["a", "Key Account", "key-account", "B", None]})

    found = told.select(chosen(pl.col("value"), ["A", "Key account"])).to_series().to_list()

    assert found == ["A", "Key account", "Key account", None, None]

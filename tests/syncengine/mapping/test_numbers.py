"""Numbers out of text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.syncengine.mapping.streams import map_field

AMOUNTS = st.lists(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False),
    min_size=1,
)


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("1234.5", {}, "1234.5"),
        ("-7", {}, "-7"),
        ("1,234.50", {}, "1234.5"),
        ("1,234,567", {}, "1234567"),
        ("12,34,567.00", {}, "1234567"),
        ("1 234.5", {}, "1234.5"),
        ("1\u2009234\u202f567", {}, "1234567"),
        ("1'234.5", {}, "1234.5"),
        ("100.00-", {}, "-100"),
        ("(12.50)", {}, "-12.5"),
        ("−3", {}, "-3"),
        ("1.5e3", {}, "1500"),
        ("0.30000000000000004", {}, "0.3"),
        ("1.234,50", {"decimal": ","}, "1234.5"),
        ("1.234", {"decimal": ","}, "1234"),
        ("12,5", {"decimal": ","}, "12.5"),
        ("1,234", {"decimal": "."}, "1234"),
        ("1,234", {"thousands": ","}, "1234"),
        ("1,234", {}, "refused"),
        ("12,5", {}, "refused"),
        ("12.5", {"decimal": ","}, "refused"),
        ("1.234.56", {}, "refused"),
        ("0,123.5", {}, "refused"),
        ("1,23,4", {}, "refused"),
        ("EUR 5", {}, "refused"),
        ("١٢", {}, "refused"),
        ("nan", {}, "refused"),
        ("1e40", {}, "refused"),
        ("1000000000000", {}, "refused"),
    ],
)
def test_money_is_read_or_refused(text: str, options: dict[str, str], expected: str) -> None:
    (found,) = map_field([text], "credit_limit", **options)
    assert found == (expected if expected == "refused" else Decimal(expected))


def test_percent_may_carry_its_sign() -> None:
    assert map_field(["12.5 %", "7%", "3"], "probability", "opportunity") == [Decimal("12.5"), 7, 3]


def test_integer_refuses_fractions() -> None:
    assert map_field(["12", "12.0", "1,000,000", "12.5", "x"], "employees") == [
        12,
        12,
        1000000,
        "refused",
        "refused",
    ]


@settings(max_examples=30)
@given(amounts=AMOUNTS, style=st.sampled_from([("{:,.2f}", ",."), ("{:.2f}", ".,"), ("{:,.2f}", ".,")]))
def test_numbers_survive_being_written(amounts: list[Decimal], style: tuple[str, str]) -> None:
    form, marks = style
    swap = str.maketrans(",.", marks)
    texts: list[str | None] = [form.format(amount).translate(swap) for amount in amounts]
    decimal = "." if marks == ",." else ","
    assert map_field(texts, "credit_limit", decimal=decimal) == amounts

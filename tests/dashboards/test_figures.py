"""How figures read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboards.panels.differences import Piece, alike, pieces, text_of
from dashboards.templatetags.figures import (
    capped,
    duration,
    money,
    number,
    percent,
    plain,
    sentence,
    short_money,
    words,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1240000"), "€1.24m"),
        (Decimal("386000"), "€386k"),
        (Decimal("42.10"), "€42"),
        (Decimal("999999"), "€1.00m"),
        (Decimal("-1500"), "−€1.50k"),
        (Decimal("0"), "€0"),
        (None, "—"),
    ],
)
def test_short_money_keeps_three_digits(value: Decimal | None, text: str) -> None:
    assert short_money(value) == text


@pytest.mark.parametrize(("currency", "text"), [("EUR", "€1,234.50"), ("SEK", "1,234.50 SEK"), (None, "1,234.50")])
def test_money_names_its_currency(currency: str | None, text: str) -> None:
    assert money(Decimal("1234.5"), currency) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (999, "999"), (1_000, "1,000"), (1_001, "1,000+")])
def test_what_waits_is_told_as_far_as_anybody_counts(count: int, text: str) -> None:
    assert capped(count) == text


def test_numbers_have_a_true_minus_sign() -> None:
    assert (number(Decimal(-1234)), number(None), number(Decimal("-0.2"))) == ("−1,234", "—", "0")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.42, "0.4 s"), (45, "45 s"), (600, "10 min"), (7200, "2 h"), (200_000, "2 d")]
)
def test_duration_uses_one_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_percent_and_words() -> None:
    assert (percent(0.5), words("partly_shipped"), words("CRM and ERP")) == (
        "50 %",
        "Partly shipped",
        "CRM and ERP",
    )


def test_declared_names_read_as_words() -> None:
    told = (plain("credit_note_lines"), sentence("order_date: “32.13.” is no day"), sentence("no key"), sentence(None))

    assert told == ("credit note lines", "Order date: “32.13.” is no day", "No key", "—")


def test_values_read_without_the_places_of_their_column() -> None:
    values = [Decimal("65000.0000"), Decimal("0.5000"), Decimal("1E+3"), True, ["a", "b"], None]

    assert [text_of(value) for value in values] == ["65000", "0.5", "1000", "Yes", "a, b", ""]


def test_differences_are_marked_by_character() -> None:
    assert pieces(["Koeln", "Köln"]) == [
        [Piece("K", False), Piece("oe", True), Piece("ln", False)],
        [Piece("K", False), Piece("ö", True), Piece("ln", False)],
    ]


def test_values_without_resemblance_are_left_whole() -> None:
    assert pieces(["Berlin", "Xyz"]) == [[Piece("Berlin", False)], [Piece("Xyz", False)]]


@pytest.mark.parametrize(
    ("values", "same"),
    [(["Köln", "KOELN."], True), (["Köln", "Bonn"], False), (["", "Bonn"], True), (["東京", "大阪"], False)],
)
def test_values_alike_but_for_writing(values: list[str], same: bool) -> None:
    assert alike(values) is same

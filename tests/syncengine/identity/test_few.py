"""A record read alone and a column of them: the same columns, whatever the texts are made of."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from unittest.mock import ANY

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.identity import default_model, fit_frequencies, standardise
from syncengine.identity.prepare import prepare, prepare_few
from syncengine.identity.standardise import READ, SCHEMA, TRADE_NAMES, _by_column, _complete, _one_by_one
from syncengine.identity.standardise.few import alone_read
from syncengine.identity.tables import blocked, division_words, place_words, table, words
from tests.syncengine.identity.companies import companies
from tests.syncengine.identity.febrl import febrl

GIVEN = {"record_id": pl.Int64, **dict.fromkeys(READ, pl.String), TRADE_NAMES: pl.List(pl.String)}
LETTERS = string.printable.strip() + " äöüßÆøłÉñßçİıŉ£°ª№–’„“…" + "ΑΒΣάςΩАБВйёЄї" + "王ᵃ²٣\u00a0\u0301\n"
NAMES = (
    "Acme", "Müller", "Söhne", "Saint Gobain", "Aeon", "Boeing", "ΟΔΥΣΣΕΥΣ", "Газпром", "AB", "Oy", "(Holding)", "[x",
    "trading as", "d.b.a.", "DBA", "firmierend als", "&", "the", "und", "GmbH", "Pty Ltd", "Co Inc", "sp. z o.o.",
)  # fmt: skip
STREETS = (
    "Hauptstr.", "Kirchstraat", "Main", "rue de la", "N°", "Postfach", "Box", "Apt", "ste", "bus", "12", "7 b", "3-5",
    "12/14b", "200a",
)  # fmt: skip
TOWNS = ("Köln", "Sankt Augustin", "Saint-Denis Cedex 9", "Frankfurt am Main", "Frankfurt an der Oder", "Paris 12")
CODES = ("10115", "D-10115", "SW1A 1AA", "12345-6789", "0000", "9999", "XXX", "n/a", "1234 AB")
SITES = ("acme.com", "Müller.de", "shop.acme.co.uk", "gmail.com", "example.com", "foo..com", "wixsite.com")
MAILS = ("info@acme.com", "sales@gmail.com", "+x@acme.co.uk", "joe@t-online.de; x@y.de", "<a@b>", "x@example.com")
Dice = random.Random


def _odd(dice: Dice) -> str:
    return "".join(dice.choices(LETTERS, k=dice.randint(0, 9)))


def _name(dice: Dice) -> str:
    kinds = (NAMES, table("legal_forms")["form"].to_list(), list(words("abbreviations")["name"]), place_words())
    parts = [dice.choice(dice.choice((*kinds, division_words(), blocked(), [_odd(dice)]))) for _ in range(4)]
    text = dice.choice((" ", " ", ", ", "-", ".")).join(parts[: dice.randint(1, 4)])
    return dice.choice((text, text.upper(), text.title()))


def _street(dice: Dice) -> str:
    kinds = (STREETS, [str(short) for short in words("abbreviations")["street"]], [_odd(dice)])
    return " ".join(dice.choice(dice.choice(kinds)) for _ in range(dice.randint(1, 5)))


def _number(dice: Dice) -> str:
    digits = "".join(dice.choices(string.digits, k=dice.randint(5, 14)))
    spanish = dice.choice("AXKB") + digits[:7] + dice.choice("0123ABCTRWAG")
    dutch = f"{digits[:9]}B{digits[:2]}"
    before = dice.choice((*words("numbers")["tax"], "EL", "CHE", "", "", ""))
    return before + dice.choice((digits, digits, digits, spanish, dutch, _odd(dice)))


def _phone(dice: Dice) -> str:
    digits = "".join(dice.choices(string.digits, k=dice.randint(3, 12)))
    code = dice.choice(table("phones")["calling"].to_list())
    before = dice.choice((f"+{code} ", f"00{code}", f"011{code}", f"+{code}(0)", code, "0", "", ""))
    behind = dice.choice(("", "", " ext 12", "x3", " DW 7"))
    return before + dice.choice((digits, f"{digits[:4]} - {digits[4:]}")) + behind


def _country(dice: Dice) -> str:
    known = table("countries")
    return dice.choice((*dice.choices(known["country"], k=5), *dice.choices(known["name"], k=3), "UK", " de ", "EL"))


def _one_of(*texts: str) -> Callable[[Dice], str]:
    return lambda dice: dice.choice((*texts, _odd(dice)))


TOLD: dict[str, Callable[[Dice], str]] = {
    "name": _name, "legal_name": _name, "street": _street, "city": _one_of(*TOWNS), "region": _one_of("NRW", "n/a"),
    "postcode": _one_of(*CODES), "country": _country, "phone": _phone, "email": _one_of(*MAILS),
    "website": lambda dice: dice.choice(("", "https://www.", "HTTP://x@")) + _one_of(*SITES)(dice) + "/a?b",
    "tax_id": _number, "registration_id": _number, "duns": _number,
}  # fmt: skip


def _records(seed: int, count: int) -> pl.DataFrame:
    dice = random.Random(seed)
    rows = [
        {name: make(dice) if dice.random() < 0.7 else None for name, make in TOLD.items()}
        | {"record_id": n, TRADE_NAMES: [_name(dice), None, _name(dice)] if dice.random() < 0.2 else None}
        for n in range(count)
    ]
    return pl.DataFrame(rows, schema=GIVEN)


def _differences(records: pl.DataFrame) -> list[tuple[object, ...]]:
    """Record, column, read alone and read in a column, wherever the two differ."""
    alone, column = _one_by_one(records).rows(named=True), _by_column(_complete(records)).rows(named=True)
    return [
        (a["record_id"], name, a[name], c[name])
        for a, c in zip(alone, column, strict=True)
        for name in SCHEMA
        if a[name] != c[name]
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_record_alone_reads_as_in_a_column(seed: int) -> None:
    records = _records(seed, 2_000)
    read_alone = sum(alone_read(row) is not None for row in records.iter_rows(named=True))
    assert 1_000 < read_alone < 2_000  # the others are left to the columns
    assert _differences(records) == []


def test_companies_and_slips_of_the_pen_read_alike() -> None:
    records = pl.concat([companies(300, seed=4)[0], febrl(300, seed=4)[0]], how="diagonal")
    assert _differences(records.with_columns(record_id=pl.int_range(pl.len(), dtype=pl.Int64))) == []


@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), min_size=len(READ), max_size=len(READ)))
@settings(max_examples=40)
def test_any_text_reads_alike(texts: list[str | None]) -> None:
    row = {"record_id": 1, TRADE_NAMES: texts[:2], **dict(zip(READ, texts, strict=True))}
    assert _differences(pl.DataFrame([row], schema=GIVEN)) == []


def test_texts_that_only_columns_read_keep_their_place() -> None:
    names = ["Acme GmbH", "王杰", "Bolt", "x" * 5_000, "Ｆｏｏ"]
    read = standardise(pl.DataFrame({"record_id": range(5), "name": names}))
    assert read["record_id"].to_list() == [0, 1, 2, 3, 4]
    assert read["name"].to_list() == ["acme", "wang jie", "bolt", None, "foo"]


def test_what_is_no_text_is_read_as_one() -> None:
    read = standardise(pl.DataFrame([{"record_id": 1, "name": "Acme", "postcode": 10115, "country": "DE"}]))
    assert read["postcode"].to_list() == ["10115"]


def test_a_handful_is_prepared_as_many_are() -> None:
    records = companies(120, seed=6)[0].with_columns(record_id=pl.int_range(pl.len(), dtype=pl.Int64))
    shared = pl.when(pl.col("record_id") % 3 == 0).then(pl.lit("123456780"))  # a number that a form was copied with
    tidy = standardise(records.with_columns(duns=shared))
    model = fit_frequencies(tidy, default_model())
    assert model.hubs.rows() == [("duns", "123456780", ANY)]
    many, few = prepare(tidy, model), prepare_few(tidy.iter_rows(named=True), model)
    for row in many.drop("all_names").iter_rows(named=True):
        assert {name: few[row["record_id"]][name] for name in row} == pytest.approx(row)

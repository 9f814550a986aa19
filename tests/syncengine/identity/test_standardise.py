"""Standardising: what it reads, what it refuses to read, and that nothing makes it fall over."""

from __future__ import annotations

import re

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.identity import match_keys, standardise

TEXT = st.one_of(st.none(), st.text(max_size=60), st.sampled_from(["n/a", "", "GmbH", "&", "+", "0000", "the"]))
FIELDS = [
    "name",
    "legal_name",
    "street",
    "city",
    "postcode",
    "country",
    "phone",
    "email",
    "website",
    "tax_id",
    "duns",
]


def one(**values: object) -> dict[str, object]:
    return standardise(pl.DataFrame([{"record_id": 1, **values}])).row(0, named=True)


@pytest.mark.parametrize(
    ("told", "country", "name", "form"),
    [
        ("Müller & Söhne GmbH & Co. KG", "DE", "muller sohne", "gmbh and co kg"),
        ("Mueller und Soehne GmbH", "DE", "muller sohne", "gmbh"),
        ("Zanenpur Papier Sp. z o.o.", "PL", "zanenpur papier", "sp z oo"),
        ("AB Volvo", "SE", "volvo", "ab"),
        ("Acme Intl. Mfg., Inc.", "US", "acme international manufacturing", "inc"),
        ("Газпром ООО", "RU", "gazprom", "ooo"),
        ("GmbH", "DE", "gmbh", None),
        ("n/a", "DE", None, None),
    ],
)
def test_name_is_split_from_its_legal_form(told: str, country: str, name: str | None, form: str | None) -> None:
    found = one(name=told, country=country)
    assert (found["name"], found["legal_form"]) == (name, form)


def test_place_is_split_from_name() -> None:
    found = one(name="Acme Deutschland GmbH", country="DE")
    assert (found["name"], found["base"], found["place"]) == ("acme deutschland", "acme", "deutschland")


def test_trade_names_are_further_names() -> None:
    found = one(name="Acme Inc d/b/a Road Runner", trade_names=["Coyote Ltd", None, ""], country="US")
    assert found["all_names"] == ["acme", "coyote", "road runner"]


@pytest.mark.parametrize(
    ("told", "country", "phone"),
    [
        ("+49 (0)30 1234568", "DE", "301234568"),
        ("030/1234568", "DE", "301234568"),
        ("0049 30 123 45 68 ext. 12", "DE", "301234568"),
        ("(212) 555-1234", "US", "2125551234"),
        ("1-212-555-1234", "US", "2125551234"),
        ("000000", "DE", None),
        ("call me", "DE", None),
    ],
)
def test_phone_is_national_digits(told: str, country: str, phone: str | None) -> None:
    assert one(phone=told, country=country)["phone"] == phone


@pytest.mark.parametrize("country", ["DE", "AT", "CH", "FR", "IT", "ES", "NL", "BE", "GB", "PL", "US", "SE", "HU"])
def test_phone_is_read_as_the_reference_does(country: str) -> None:
    kinds = [phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE]
    numbers = [phonenumbers.example_number_for_type(country, kind) for kind in kinds]
    numbers = [number for number in numbers if not re.search("1234567(8|$)", str(number.national_number))]
    ways = [phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL]
    ways = [*ways, phonenumbers.PhoneNumberFormat.NATIONAL]
    for number in numbers:
        for way in ways:
            found = one(phone=phonenumbers.format_number(number, way), country=country)
            assert f"+{found['dial']}{found['phone']}" == phonenumbers.format_number(number, ways[0])


def test_a_number_that_cannot_be_one_is_no_key() -> None:
    assert one(phone="+1 212 555", country="US")["phone"] is None
    assert one(phone="+33 1 23 45", country="FR")["phone"] is None


def test_a_number_of_nowhere_stays_local() -> None:
    found = one(phone="0301234568")
    assert (found["phone"], found["dial"]) == ("301234568", None)


def test_free_mail_is_no_domain_and_a_role_there_is_nobody() -> None:
    mail = one(email="Anna.Schmidt@GMX.de")
    role = one(email="info@gmx.de")
    assert (mail["domain"], mail["email"], role["domain"], role["email"]) == (
        None,
        "anna.schmidt@gmx.de",
        None,
        None,
    )


def test_domain_is_the_registered_one() -> None:
    assert one(website="https://www.shop.acme.co.uk/de?x=1")["domain"] == "acme.co.uk"


@pytest.mark.parametrize(
    ("told", "country", "tax"),
    [("DE 811.907.980", "Germany", "811907980"), ("811907980", "DE", "811907980"), ("00000000", "DE", None)],
)
def test_tax_number_is_told_without_its_country(told: str, country: str, tax: str | None) -> None:
    assert one(tax_id=told, country=country)["tax"] == tax


def test_streets_are_spelt_one_way() -> None:
    ways = ["Hauptstr. 12", "Hauptstraße 12-14", "Haupt Strasse 12"]
    assert {one(street=way)["street_key"] for way in ways} == {"12 haupt st"}


@given(st.lists(st.fixed_dictionaries({field: TEXT for field in FIELDS}), max_size=4))
@settings(max_examples=20)
def test_standardise_takes_any_text(rows: list[dict[str, str | None]]) -> None:
    schema = {"record_id": pl.Int64, **dict.fromkeys(FIELDS, pl.String)}
    records = pl.DataFrame([{"record_id": n, **row} for n, row in enumerate(rows)], schema=schema)
    tidy = standardise(records)
    assert tidy["record_id"].to_list() == list(range(len(rows)))
    assert match_keys(tidy).height == len(rows)


def test_match_keys_are_the_same_for_ever() -> None:
    """Keys are stored: if this fails, every stored key is void."""
    tidy = standardise(
        pl.DataFrame([{"record_id": 7, "name": "Acme GmbH", "postcode": "10115", "tax_id": "811907980"}])
    )
    keys = match_keys(tidy).row(0, named=True)
    assert {name: key for name, key in keys.items() if key is not None} == GOLDEN


GOLDEN = {
    "record_id": 7,
    "tax": 5898898431570886860,
    "alias_first": 3896090327903599474,
    "alias_last": 8697657179484979556,
    "name": 1870932843914129834,
    "postcode_name": 1077624438461050152,
    "postcode_begun": 8748051571483266761,
}

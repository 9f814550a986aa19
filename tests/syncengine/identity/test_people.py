"""Persons: names in any order, dates in any habit, and how names sound."""

from __future__ import annotations

import polars as pl
import pytest

from syncengine.identity.anyfile.tidy import tidy
from syncengine.identity.standardise.sounds import sound
from syncengine.identity.standardise.whole import parse_addresses


def person(name: str) -> dict[str, object]:
    return tidy(pl.DataFrame([{"record_id": 1, "name": name, "birth_date": "1980-02-01"}])).row(0, named=True)


@pytest.mark.parametrize(
    ("name", "given", "family", "generation"),
    [
        ("Smith, Robert E", "robert", "smith", None),
        ("Dr. Robert Smith Sr", "robert", "smith", "1"),
        ("Ellie O'Hare", "ellie", "ohare", None),
        ("Maria Luis Medina Sentosa", "maria", "sentosa", None),
        ("Kusha Edward", "edward", "kusha", None),
        ("Andreason", None, "andreason", None),
        ("王杰", "jie", "wang", None),
    ],
)
def test_names_of_persons(name: str, given: str | None, family: str, generation: str | None) -> None:
    found = person(name)
    assert (found["given"], found["family"], found["generation"]) == (given, family, generation)


@pytest.mark.parametrize(
    ("told", "birth"),
    [
        ("3/31/1954", "19540331"),
        ("20/8/1991", "19910820"),
        ("24-May-11", "20110524"),
        ("Mar 1 1970", "19700301"),
        ("1993-09-14", "19930914"),
        ("19930914", "19930914"),
        ("99/99/1990", None),
        ("yesterday", None),
    ],
)
def test_dates_of_birth(told: str, birth: str | None) -> None:
    assert tidy(pl.DataFrame([{"record_id": 1, "name": "A B", "birth_date": told}]))["birth"].item() == birth


def test_a_file_keeps_one_order_of_day_and_month() -> None:
    rows = pl.DataFrame({"record_id": [1, 2], "name": ["A B", "C D"], "birth_date": ["25.12.1980", "1.2.1980"]})
    assert tidy(rows).sort("record_id")["birth"].to_list() == ["19801225", "19800201"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("sarah", "zara"), ("leigh", "lee"), ("louis", "luis"), ("mohamed", "muhammed"), ("geoffrey", "jeffrey")],
)
def test_names_that_sound_alike(one: str, other: str) -> None:
    left, right = pl.select(a=sound(pl.lit(one)), b=sound(pl.lit(other))).row(0)
    assert left == right


@pytest.mark.parametrize(
    ("address", "street", "city", "postcode"),
    [
        ("123 Main Street, Las Vegas NV 89132", "123 MAIN STREET", "LAS VEGAS", "89132"),
        ("Hauptstr. 12, 10115 Berlin, Germany", "HAUPTSTR. 12", "BERLIN", "10115"),
        ("10 rue de la Paix, 75002 Paris, France", "10 RUE DE LA PAIX", "PARIS", "75002"),
        ("Keizersgracht 12, 1015 CW Amsterdam", "KEIZERSGRACHT 12", "AMSTERDAM", "1015 CW"),
        ("ul. Marszałkowska 10/5, 00-590 Warszawa", "UL. MARSZAŁKOWSKA 10/5", "WARSZAWA", "00-590"),
        ("Via Roma 5, 20121 Milano (MI)", "VIA ROMA 5", "MILANO", "20121"),
        ("Calle Mayor 3, 28013 Madrid", "CALLE MAYOR 3", "MADRID", "28013"),
        ("Storgatan 5, 114 55 Stockholm", "STORGATAN 5", "STOCKHOLM", "114 55"),
        ("10 Downing St, London SW1A 2AA", "10 DOWNING ST", "LONDON", "SW1A 2AA"),
        ("Suite 900, 1450 N City Rd", "1450 N CITY RD", None, None),
    ],
)
def test_whole_addresses(address: str, street: str, city: str | None, postcode: str | None) -> None:
    found = parse_addresses(pl.DataFrame({"address": [address]})).row(0, named=True)
    assert (found["street"], found["city"], found["postcode"]) == (street, city, postcode)

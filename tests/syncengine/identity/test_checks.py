"""Check digits: the same verdict as python-stdnum, and what follows from it for two companies."""

from __future__ import annotations

import importlib
import random

import polars as pl
import pytest

from syncengine.identity import (
    EXACT,
    REVIEW,
    default_model,
    fit_frequencies,
    partition,
    score,
    standardise,
    veto_values,
)
from syncengine.identity.standardise.checks import read_numbers
from tests.syncengine.identity.companies import companies

# The module that judges, what it wants before and behind, and which digits come first.
JUDGES = {
    "AT": ("at.uid", "U{}", 8, "123"), "AU": ("au.abn", "{}", 11, "123"), "BE": ("be.vat", "{}", 10, "0"),
    "BR": ("br.cnpj", "{}", 14, "123"), "CA": ("ca.bn", "{}", 9, "123"), "CH": ("ch.uid", "CHE{}", 9, "123"),
    "DE": ("de.vat", "{}", 9, "123"), "DK": ("dk.cvr", "{}", 8, "123"), "EE": ("ee.kmkr", "{}", 9, "1"),
    "FI": ("fi.alv", "{}", 8, "012"), "FR": ("fr.tva", "{}", 11, "4567"), "GB": ("gb.vat", "{}", 9, "234"),
    "GR": ("gr.vat", "{}", 9, "09"), "HR": ("hr.oib", "{}", 11, "123"), "HU": ("hu.anum", "{}", 8, "12"),
    "IT": ("it.iva", "{}", 11, "0123"), "NL": ("nl.btw", "{}B01", 9, "01238"), "NO": ("no.mva", "{}MVA", 9, "89"),
    "PL": ("pl.nip", "{}", 10, "5789"), "PT": ("pt.nif", "{}", 9, "5"), "SE": ("se.vat", "{}01", 10, "5"),
    "ES": ("es.nif", "B{}", 8, "1234"),
}  # fmt: skip
HOUSE = {"street": "Hauptstr. 1", "postcode": "10115", "city": "Berlin", "phone": "030 1234568"}
FIRST, SLIP = "DE811907980", "DE811907981"


@pytest.mark.parametrize("country", sorted(JUDGES))
def test_check_digits_are_judged_as_the_reference_does(country: str) -> None:
    module, form, digits, first = JUDGES[country]
    dice = random.Random(country)
    told = [dice.choice(first) + "".join(dice.choices("0123456789", k=digits - 1)) for _ in range(600)]
    told = [form.format(number) for number in told]
    if country in ("FR", "BE"):  # two digits to get right: nearly none is right by chance
        told += [f"{n:02}{siren}" for siren in ("303265045", "552081317") for n in range(100)]
        told += [f"04030197{n:02}" for n in range(100)]
    judge = importlib.import_module(f"stdnum.{module}")
    found = read_numbers("tax", pl.DataFrame({"number": told, "country": [country] * len(told)}))
    right = [bool(judge.is_valid(number)) for number in told]
    assert found["sure"].fill_null(False).to_list() == right
    assert any(right)


def one(tax: str, country: str | None = "DE") -> tuple[str | None, str | None, bool | None]:
    tidy = standardise(pl.DataFrame([{"record_id": 1, "name": "Acme", "tax_id": tax, "country": country}]))
    return tidy.select("tax", "tax_country", "tax_sure").row(0)


def test_a_number_is_kept_whether_it_is_right_or_not() -> None:
    assert one("DE 811.907.980") == ("811907980", "DE", True)
    assert one("DE 811 907 981") == ("811907981", "DE", False)
    assert one("12/345/67899") == ("1234567899", "DE", None)
    assert one("ours: 4711-0815") == ("OURS47110815", "DE", False)


def test_a_number_of_another_country_is_read_as_that_countrys_where_it_is_right_there() -> None:
    assert one("ATU13585627", "DE") == ("13585627", "AT", True)
    assert one("ATU13585628", "DE") == ("ATU13585628", "DE", False)
    assert one("CHE-107.787.577 MWST", None) == ("107787577", "CH", True)


def test_the_numbers_of_a_french_company_are_one() -> None:
    told = [one(number, "FR")[0] for number in ("FR83404833048", "404 833 048", "404 833 048 00022")]
    assert told == ["404833048"] * 3


def merged(left: str, right: str) -> tuple[int, list[int]]:
    """The tier of two records that agree in all but the tax number, and their clusters."""
    rows = [
        {"record_id": n, "name": name, "country": "DE", "tax_id": tax, **HOUSE}
        for n, name, tax in ((-2, "Acme Pumpen GmbH", left), (-1, "Acme Pumpen GmbH", right))
    ]
    tidy = standardise(pl.concat([pl.DataFrame(rows), companies(300, seed=4)[0]], how="diagonal"))
    pairs = score(tidy, model=fit_frequencies(tidy, default_model()))
    nothing = pl.DataFrame(schema={"record_l": pl.Int64, "record_r": pl.Int64, "kind": pl.String})
    parted = partition(tidy["record_id"], pairs, nothing, veto_values(tidy))
    tier = pairs.filter((pl.col("record_l") == -2) & (pl.col("record_r") == -1))["tier"]
    return (tier[0] if tier.len() else 0), parted.filter(pl.col("record_id") < 0)["cluster"].to_list()


def test_valid_neighbouring_numbers_are_two_companies_and_a_slip_is_one() -> None:
    neighbour = next(n for n in (f"DE8119079{m:02}" for m in range(100)) if one(n)[2] and n != FIRST)
    tier, clusters = merged(FIRST, neighbour)
    assert tier in (0, REVIEW) and clusters == [-2, -1]
    assert merged(FIRST, SLIP)[1] == [-2, -2]


def test_an_invalid_number_in_common_is_no_exact_identifier() -> None:
    assert merged(FIRST, FIRST)[0] == EXACT
    assert merged(SLIP, SLIP)[0] != EXACT


def test_veto_values_leave_out_what_cannot_be_right() -> None:
    rows = [{"record_id": n, "name": "A", "tax_id": t, "country": "DE"} for n, t in ((1, FIRST), (2, SLIP))]
    assert veto_values(standardise(pl.DataFrame(rows))).rows() == [(1, "tax DE vat", "811907980", True)]

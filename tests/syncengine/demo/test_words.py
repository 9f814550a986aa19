"""Names, numbers and tax ids look as they do in their countries."""

from __future__ import annotations

import phonenumbers
import polars as pl
import pytest
from stdnum import get_cc_module

from syncengine.demo.customers import make_customers
from syncengine.demo.days import Days
from syncengine.demo.dice import Dice
from syncengine.demo.places import international
from syncengine.demo.taxnumbers import MAKERS, make_tax_ids
from syncengine.demo.words import countries
from tests.syncengine.demo.conftest import TODAY


@pytest.mark.parametrize("country", sorted(MAKERS))
def test_tax_ids_have_the_right_check_digits(country: str) -> None:
    made = make_tax_ids(Dice(1), pl.int_range(0, 500, eager=True), country)
    module = get_cc_module(country, "vat") or get_cc_module(country, "ein")

    assert [number for number in made if not module.is_valid(number)] == []


def test_customers_live_in_ten_countries_with_their_legal_forms() -> None:
    customers = make_customers(Dice(2), 0, 3000, Days(TODAY, TODAY))

    assert sorted(customers["country"].unique()) == sorted(countries())
    for country, form in customers.select("country", "form").unique().iter_rows():
        assert form in countries()[country]["legal"]


def test_telephone_numbers_are_possible_ones() -> None:
    customers = make_customers(Dice(2), 0, 1500, Days(TODAY, TODAY))
    numbers = international(customers["country"], customers["phone"])
    possible = [phonenumbers.is_possible_number(phonenumbers.parse(number)) for number in numbers]

    assert sum(possible) / len(possible) > 0.99


def test_groups_share_their_name_and_strangers_do_too() -> None:
    customers = make_customers(Dice(2), 0, 1000, Days(TODAY, TODAY))
    children = customers.filter(pl.col("parent").is_not_null())
    parents = customers.select(pl.col("id").alias("parent"), pl.col("base").alias("above"))
    joined = children.join(parents, on="parent")

    assert joined.height > 20
    assert joined.select((pl.col("base").str.starts_with(pl.col("above"))).all()).item()
    strangers = customers.filter(pl.col("id") % 50 == 21).filter(
        pl.col("base").is_in(customers.filter(pl.col("id") % 50 == 20)["base"].to_list())
    )
    assert strangers.height > 10


def test_domains_are_reserved_ones_so_that_no_mail_arrives() -> None:
    customers = make_customers(Dice(2), 0, 500, Days(TODAY, TODAY))

    assert customers["domain"].str.ends_with(".example").all()

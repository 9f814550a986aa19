"""What names say of two customers: a place or a division of one company, or what it used to be called."""

from __future__ import annotations

import polars as pl
import pytest

from syncengine.steward.kin import KIN, kin


def told(*customers: tuple[str, str]) -> list[tuple[int, int, str]]:
    rows = [(n, name, country) for n, (name, country) in enumerate(customers, start=1)]
    frame = pl.DataFrame(rows, schema={"record_id": pl.Int64, "name": pl.String, "country": pl.String}, orient="row")
    return kin(frame).select("account_id", "other_id", "relation").rows()


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (("Acme Pumpen GmbH", "DE"), ("Acme Pumpen Bayern GmbH", "DE"), "branch"),
        (("Acme Pumpen GmbH", "DE"), ("Acme Pumpen Polska Sp. z o.o.", "PL"), "parent"),
        (("Borealis Glass Ltd", "GB"), ("Borealis Glass Logistics Ltd", "GB"), "branch"),
        (("Acme Glas", "DE"), ("Borealis GmbH (vormals Acme Glas GmbH)", "DE"), "former"),
        (("Acme Glass Ltd", "GB"), ("Borealis plc, formerly known as Acme Glass Ltd", "GB"), "former"),
    ],
)
def test_a_name_points_to_the_one_it_comes_from(one: tuple[str, str], other: tuple[str, str], relation: str) -> None:
    assert told(one, other) == [(2, 1, relation)]


def test_a_name_that_two_customers_have_points_to_neither() -> None:
    assert told(("Acme Pumpen", "DE"), ("Acme Pumpen", "FR"), ("Acme Pumpen Polska", "PL")) == []


def test_nothing_is_said_of_strangers_or_nobody() -> None:
    assert told(("Acme Pumpen", "DE"), ("Borealis Polska", "PL"), ("", "PL")) == []
    nobody = pl.DataFrame(schema={"record_id": pl.Int64, "name": pl.String, "country": pl.String})
    assert (kin(nobody).columns, kin(nobody).height) == (list(KIN), 0)

"""Reference tables: read, refused with a line, and applied as typed rows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from accounts.models import PaymentTerm, ProductMapping, Region, SalesStage
from accounts.reference import Tolerance, get_tolerance, list_payment_terms, list_sales_stages, list_tolerances
from syncengine.policies.apply import apply_folder
from tests.syncengine.policies.files import HEAD, mistakes_of
from tests.syncengine.policies.test_apply import NOW

TABLES = """\
territories: [{code: dach, label: DACH, countries: [DE]}]
regions: [{code: eu, label: Europe, territories: [dach]}]
sales_stages:
  - {code: proposal, probability: 50, words: [Angebot]}
  - {code: won, label: Won, state: won}
payment_terms: [{code: N30, label: 30 days net, days: 30, words: [ZB30]}]
product_mapping: {crm: {P-1: "4711"}}
tolerances: {unit_price: {percent: 2}, payment_residual: {amount: 3, days: 5}}
"""


@pytest.mark.django_db
def test_tables_become_typed_rows(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "tables.yaml").write_text(TABLES, encoding="utf-8")

    apply_folder(tmp_path, by=None, now=NOW)
    apply_folder(tmp_path, by=None, now=NOW)

    assert list(Region.objects.values_list("code", "label", "territories")) == [("eu", "Europe", ["dach"])]
    stages = SalesStage.objects.order_by("place").values_list("code", "place", "probability", "state")
    assert list(stages) == [("proposal", 1, Decimal(50), "open"), ("won", 2, None, "won")]
    assert list(PaymentTerm.objects.values_list("code", "days")) == [("N30", 30)]
    assert list(ProductMapping.objects.values_list("source__name", "key", "product_code")) == [("crm", "P-1", "4711")]
    assert list_payment_terms()["zb30"].days == 30
    assert list_sales_stages()["angebot"].code == "proposal"


@pytest.mark.django_db
def test_tolerance_is_the_companys_else_the_default(tmp_path: Path) -> None:
    assert get_tolerance("unit_price") == Tolerance(percent=Decimal("0.5"))
    (tmp_path / "tables.yaml").write_text(TABLES, encoding="utf-8")
    (tmp_path / "crm.yaml").write_text(HEAD, encoding="utf-8")

    apply_folder(tmp_path, by=None, now=NOW)

    assert get_tolerance("unit_price") == Tolerance(percent=Decimal(2))
    assert list_tolerances()["payment_residual"] == Tolerance(amount=Decimal(3), days=5)
    assert list_tolerances()["credit_note"] == Tolerance(percent=Decimal(5))


@pytest.mark.parametrize(
    ("expected", "found", "allowed"),
    [("100", "101", True), ("100", "100.51", True), ("100", "102.1", False), ("10", "11", True)],
)
def test_tolerance_takes_the_wider_of_share_and_amount(expected: str, found: str, allowed: bool) -> None:
    tolerance = Tolerance(percent=Decimal(2), amount=Decimal(1))

    assert tolerance.allows(Decimal(expected), Decimal(found)) is allowed


def test_mistakes_in_tables_are_told_with_their_line() -> None:
    text = """\
        sales_stages: [{code: a, probability: 120}, {code: a}]
        payment_terms: [{code: x, words: [n, N]}]
        regions: [{code: eu, territories: [nowhere]}]
        product_mapping: {erp: {P-1: "1"}}
        tolerances: {unit_prise: {percent: x}}
    """

    assert mistakes_of(tables=text) == [
        "tables.yaml:1: `probability: 120` is above 100 percent",
        "tables.yaml:1: “a” stands twice in `sales_stages`; a word means one thing",
        "tables.yaml:2: a payment term needs `days`; add `days: 30`",
        "tables.yaml:2: “n” stands twice in `payment_terms`; a word means one thing",
        "tables.yaml:3: there is no territory “nowhere”",
        "tables.yaml:4: there is no source “erp”",
        "tables.yaml:5: `percent: x` is not a number",
        "tables.yaml:5: nothing asks for a tolerance “unit_prise”; did you mean “unit_price”?",
    ]

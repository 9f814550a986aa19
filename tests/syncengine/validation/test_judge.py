"""Rules over canonical rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from accounts.catalogue import load
from syncengine.policies.shapes import Rule
from syncengine.records import CANONICAL_HEAD, CANONICAL_TYPES
from syncengine.validation import Validated, validate

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def make_rows(object_name: str = "account", **columns: list[Any]) -> pl.DataFrame:
    """Canonical rows, keyed 0, 1, 2 …"""
    height = len(next(iter(columns.values())))
    specs = {spec.column: CANONICAL_TYPES[spec.type] for spec in load()[object_name].fields.values()}
    head = {
        "key": [str(row) for row in range(height)],
        "source_version": [None] * height,
        "modified_at": [None] * height,
        "deleted": [False] * height,
    }
    values = head | columns
    return pl.DataFrame(values, schema={name: (CANONICAL_HEAD | specs)[name] for name in values})


def judge(rows: pl.DataFrame, *rules: Rule, **options: Any) -> Validated:
    """The rows validated."""
    return validate(rows, rules, load(), now=NOW, **options)


def rule(
    kind: str, *fields: str, severity: Any = "reject", object_name: str = "account", **options: Any
) -> Rule:
    """A rule with a sentence."""
    return Rule(kind, fields, severity, options.pop("sentence", "No"), object_name, **options)


@pytest.mark.parametrize(
    ("broken", "columns", "ready"),
    [
        (rule("required", "name"), {"name": ["a", None]}, ["0"]),
        (rule("required", "name", "city"), {"name": ["a", "b"], "city": ["c", None]}, ["0"]),
        (rule("one_of", "currency", values=("EUR",)), {"currency": ["EUR", "USD", None]}, ["0", "2"]),
        (rule("range", "employees", min=Decimal(1)), {"employees": [0, 1, None]}, ["1", "2"]),
        (rule("range", "credit_limit", max=Decimal("9.5")), {"credit_limit": ["9.5", "9.6"]}, ["0"]),
        (
            rule("range", "customer_since_date", min=date(2000, 1, 1)),
            {"customer_since_date": [date(1999, 12, 31), date(2000, 1, 1)]},
            ["1"],
        ),
        (
            rule("length", "postcode", min=Decimal(4), max=Decimal(5)),
            {"postcode": ["123", "1234", None]},
            ["1", "2"],
        ),
        (rule("pattern", "email", pattern=".+@.+"), {"email": ["a@b", "a", None]}, ["0", "2"]),
        (rule("pattern", "duns", pattern="[0-9]+|x"), {"duns": ["12", "1x", "x"]}, ["0", "2"]),
        (rule("unique", "tax_id"), {"tax_id": ["A", "A", "B", None, None]}, ["2", "3", "4"]),
        (
            rule("not_future", "customer_since_date"),
            {"customer_since_date": [date(2026, 6, 2), date(2026, 6, 3)]},
            ["0"],
        ),
    ],
)
def test_rule_refuses_what_breaks_it(broken: Rule, columns: dict[str, list[Any]], ready: list[str]) -> None:
    if "credit_limit" in columns:
        columns = {"credit_limit": [Decimal(value) for value in columns["credit_limit"]]}
    found = judge(make_rows(**columns), broken)
    assert found.ready["key"].to_list() == ready
    height = len(next(iter(columns.values())))
    assert len(found.refused) == height - len(ready)


def test_unique_leaves_deleted_rows_out() -> None:
    rows = make_rows(tax_id=["A", "A"], deleted=[False, True])
    assert judge(rows, rule("unique", "tax_id")).ready["key"].to_list() == ["0", "1"]


def test_reference_is_judged_where_the_keys_are_known() -> None:
    rows = make_rows("order", account_key=["C1", "C9", None])
    orphan = rule("reference", "account", object_name="order", to="account")
    assert judge(rows, orphan).ready.height == 3
    found = judge(rows, orphan, known_keys={"account": pl.Series(["C1"])})
    assert [r.key for r in found.refused] == ["1"]


def test_changed_holds_what_differs_from_what_was_accepted() -> None:
    rows = make_rows(tax_region=["EU", "CH", "EU", None])
    previous = make_rows(tax_region=["EU", "EU", None, "EU"])
    found = judge(rows, rule("changed", "tax_region", severity="hold"), previous=previous)
    assert found.held_rows is not None
    assert found.held_rows["key"].to_list() == ["1", "3"]
    assert found.ready["key"].to_list() == ["0", "2"]
    assert [r.reason for r in found.held] == ["No: “CH”", "No"]


def test_blocked_customers_hold_new_orders() -> None:
    rows = make_rows("order", account_key=["C1", "C2", None])
    blocked = rule(
        "blocked", "status", severity="hold", object_name="order", values=("inactive",), to="account"
    )
    referred = {"account": pl.DataFrame({"key": ["C1", "C2"], "status": ["active", "inactive"]})}
    assert [r.key for r in judge(rows, blocked, referred=referred).held] == ["1"]
    assert judge(rows, blocked).held == ()


def test_row_counts_once_by_its_severest_rule() -> None:
    rows = make_rows(name=[None, "b", "c"], city=[None, None, "x"], phone=[None, None, None])
    found = judge(
        rows,
        rule("required", "name", sentence="Name!"),
        rule("required", "city", severity="hold", sentence="City!"),
        rule("required", "phone", severity="warn", sentence="Phone!"),
    )
    assert [(r.key, r.reason, r.rule) for r in found.refused] == [("0", "Name!", "required:name")]
    assert [(r.key, r.reason) for r in found.held] == [("1", "City!")]
    assert [(r.key, r.reason) for r in found.warnings] == [("2", "Phone!")]
    assert found.ready["key"].to_list() == ["2"]


def test_deleted_rows_are_not_judged() -> None:
    rows = make_rows(name=[None], deleted=[True])
    assert judge(rows, rule("required", "name")).ready.height == 1


def test_field_the_stream_does_not_tell_is_not_judged() -> None:
    assert judge(make_rows(name=["a"]), rule("required", "country")).ready.height == 1


def test_refusal_keeps_the_raw_row_where_it_is_at_hand() -> None:
    payloads = pl.DataFrame({"key": ["0"], "payload": ['{"Name":""}']})
    (refusal,) = judge(
        make_rows(name=[None]), rule("required", "name"), payloads=payloads, where="crm.a"
    ).refused
    assert (refusal.payload, refusal.where, refusal.stage) == ('{"Name":""}', "crm.a", "validate")


@pytest.mark.parametrize(
    ("broken", "columns", "ready"),
    [
        (rule("format", "email"), {"email": ["a@b.de", "a@b", "a b@c.de", None]}, ["0", "3"]),
        (rule("format", "phone"), {"phone": ["+49 30 123456", "12", "see homepage 123456", None]}, ["0", "3"]),
        (rule("format", "website"), {"website": ["www.acme.de", "https://acme.de/x", "acme", "a b.de"]}, ["0", "1"]),
        (rule("tax_id", "tax_id"), {"tax_id": ["DE 136 695 976", "DE12", "ATU12345678", "US 1"]}, ["0", "2", "3"]),
        (
            rule("address", "street", "postcode", "city", "country"),
            {
                "street": ["Weg 1", "Weg 1", "Weg 1", "Weg 1", None],
                "postcode": ["50667", "5066", "D-50667", None, None],
                "city": ["Köln", "Köln", "Köln", None, None],
                "country": ["DE", "DE", "DE", "XX", "DE"],
            },
            ["0", "2", "4"],
        ),
    ],
)  # fmt: skip
def test_value_has_the_form_of_its_kind(broken: Rule, columns: dict[str, list[Any]], ready: list[str]) -> None:
    assert judge(make_rows(**columns), broken).ready["key"].to_list() == ready


def test_unique_sees_what_other_records_have() -> None:
    rows = make_rows(tax_id=["A", "B"])
    found = judge(rows, rule("unique", "tax_id"), taken={"unique:tax_id": pl.Series(["1"])})
    assert found.ready["key"].to_list() == ["0"]


def test_document_of_what_is_out_of_use_or_in_another_currency() -> None:
    rows = make_rows("order", account_key=["C1", "C2", "C9"], currency=["EUR", "EUR", "EUR"])
    referred = {
        "account": pl.DataFrame({"key": ["C1", "C2"], "status": ["active", "inactive"], "currency": ["EUR", "CHF"]})
    }
    active = rule("active", "account", object_name="order", to="account")
    assert judge(rows, active, referred=referred).ready["key"].to_list() == ["0", "2"]
    money = rule("currency_match", "currency", object_name="order", to="account")
    assert judge(rows, money, referred=referred).ready["key"].to_list() == ["0", "2"]


def test_blocked_condition_forbids_new_rows_only() -> None:
    rows = make_rows("order", account_key=["C1", "C1"])
    blocked = Rule("blocked", ("status",), "hold", "", "order", ("inactive",), to="account", forbids="new_orders")
    referred = {"account": pl.DataFrame({"key": ["C1"], "status": ["inactive"]})}
    found = judge(rows, blocked, referred=referred, known=pl.Series(["0"]))
    assert [r.key for r in found.held] == ["1"]


def test_warned_values_are_named() -> None:
    rows = make_rows(email=["a@b.de", "a"], phone=["+49 30 123456", "1"])
    found = judge(rows, rule("format", "email", "phone", severity="warn"))
    assert found.invalid is not None
    assert found.invalid.rows() == [("1", [11, 12])]

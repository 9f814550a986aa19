"""Every kind of mistake, with its file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncengine.policies.load import check
from tests.syncengine.policies.files import HEAD, mistakes_of

STREAM = HEAD.count("\n")


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("label: CRM", "lable: CRM"), 2, "the file does not know `lable`; did you mean “label”?"),
        (("kind: files", "kind: fils"), 3, "`kind` cannot be “fils”; did you mean “files”?"),
        (("system: crm", "system: crn"), 4, "`system` cannot be “crn”; did you mean “crm”?"),
        (
            ("source: crm", "source: My CRM"),
            1,
            "“My CRM” is no name for a source; use small letters, digits and _",
        ),
        (("{folder: /data}", "{}"), 1, "the connection of crm needs `folder`; add it"),
        (("/data", "'${HOUSE}'"), 5, "${HOUSE} is not declared; known are PORTAL_HOME"),
        (
            ("  accounts:", "  Big Accounts:"),
            7,
            "“Big Accounts” is no name for a stream; use small letters, digits and _",
        ),
        (("object: account", "object: acount"), 8, "`object` cannot be “acount”; did you mean “account”?"),
        (('read: {files: "*.csv"}', "read: {}"), 8, "`read` of accounts needs `files`; add it"),
        (("    key: Id\n", ""), 8, "the stream accounts needs `key`; add `key: …`"),
        (("name: Name", "nmae: Name"), 11, "account has no field `nmae`; did you mean “name”?"),
        (
            ("name: Name", "name: Name, name: N"),
            11,
            "“name” stands twice in the fields of accounts; it is also in line 11",
        ),
        (
            ("name: Name", "name: [Name]"),
            11,
            "`name` must be a column's name or options in braces; such as {from: Name}",
        ),
        (
            ("from: Limit", "form: Limit"),
            11,
            "the mapping of `credit_limit` does not say where it comes from; give exactly "
            "one of from, value, join, first_of, template",
        ),
        (
            ("from: Limit", "from: Limit, value: x"),
            11,
            "the mapping of `credit_limit` has both `from` and `value`; give "
            "exactly one of from, value, join, first_of, template",
        ),
        (('decimal: ","', 'decimal: ";"'), 11, '`decimal` cannot be “;”; write "." or ","'),
        (
            ('decimal: ","', "format: '%d'"),
            11,
            "`format` is for date, datetime; `credit_limit` is money; leave it out",
        ),
        (('decimal: ","', "transform: uper"), 11, "there is no transform “uper”; did you mean “upper”?"),
        (('decimal: ","', "on_error: drop"), 11, "`on_error` cannot be “drop”; known are refuse, null"),
        (
            ('decimal: ","', "sensitivity: identity"),
            11,
            "`credit_limit` is of class credit in the field catalogue; a mapping "
            "cannot loosen it; leave `sensitivity` out",
        ),
        (
            ('decimal: ","', "owner: sap"),
            1,
            "the owner “sap” of `credit_limit` is no system; known are crm, portal",
        ),
    ],
)
def test_mistake_in_a_source(change: tuple[str, str], line: int, says: str) -> None:
    found = mistakes_of(crm=HEAD.replace(*change, 1))
    assert f"crm.yaml:{line}: {says}" in found


@pytest.mark.parametrize(
    ("addition", "says"),
    [
        (
            "schedule: now and then",
            "`schedule: now and then` is not understood; write it like “5 minutes” or as five "
            "cron fields such as “0 6 * * 1-5”",
        ),
        (
            "schedule: 61 * * * *",
            "`schedule: 61 * * * *` is not understood; write it like “5 minutes” or as five "
            "cron fields such as “0 6 * * 1-5”",
        ),
        ("freshness: soon", "`freshness: soon` is not a stretch of time; write it like “30 minutes”"),
        ("listing: all", "`listing` cannot be “all”; known are full, delta"),
        ("timezone: Europe/Berlim", "there is no time zone “Europe/Berlim”; did you mean “Europe/Berlin”?"),
        ("also: {}", "`also` must be a list (lines that begin with “- ”), not a mapping"),
        (
            "also: [{object: order, key: x, fields: {}}]",
            "`object` cannot be “order”; known are account, contact, address, product",
        ),
        ("validate: [{rule: requird, field: name}]", "`rule` cannot be “requird”; did you mean “required”?"),
        ("validate: [{rule: required}]", "the rule names no field; add `field: …` or `fields: […]`"),
        (
            "validate: [{rule: required, field: city}]",
            "the stream does not map `city` of account; map it, or leave the rule out",
        ),
        ("validate: [{rule: required, field: nam}]", "account has no field `nam`; did you mean “name”?"),
        (
            "validate: [{rule: required, field: name, severity: bad}]",
            "`severity` cannot be “bad”; known are reject, hold, warn",
        ),
        (
            "validate: [{rule: range, field: credit_limit}]",
            "a range rule needs `min` or `max`; add one of them",
        ),
        ("validate: [{rule: range, field: credit_limit, min: x}]", "`min: x` is not a number"),
        (
            "validate: [{rule: range, field: credit_limit, min: 5, max: 1}]",
            "`min` 5 is above `max` 1; exchange them",
        ),
        ("validate: [{rule: range, field: name, min: 5}]", "a range rule cannot judge `name`, which is text"),
        ("validate: [{rule: one_of, field: currency}]", "a one_of rule needs `values`; add `values: […]`"),
        ("validate: [{rule: pattern, field: name}]", "a pattern rule needs `pattern`; add `pattern: …`"),
        (
            "validate: [{rule: pattern, field: name, pattern: '(?=a)'}]",
            "look-around and back references are not supported in patterns",
        ),
        (
            "validate: [{rule: required, field: name, extra: 1}]",
            "a rule does not know `extra`; known are rule, object, "
            "field, fields, severity, values, min, max, pattern, across, sentence, message",
        ),
    ],
)
def test_mistake_in_a_stream(addition: str, says: str) -> None:
    assert f"crm.yaml:{STREAM + 1}: {says}" in mistakes_of(crm=f"{HEAD}    {addition}\n")


def test_choice_that_the_catalogue_does_not_know() -> None:
    status = "status: {from: S, values: {A: activ}, otherwise: gone}, name"
    assert mistakes_of(crm=HEAD.replace("name", status, 1)) == [
        "crm.yaml:11: `status` cannot become “activ”; did you mean “active”?",
        "crm.yaml:11: `status` cannot become “gone”; known are prospect, active, dormant, inactive, blocked",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "survivorship: {acount: {}}",
            "1: “acount” does not survive from several records; did you mean “account”?",
        ),
        (
            "survivorship:\n  account: {fields: {nam: {}}}",
            "2: account has no field `nam`; did you mean “name”?",
        ),
        (
            "survivorship:\n  account: {default: {order: [crn]}}",
            "2: there is no source “crn”; did you mean “crm”?",
        ),
        (
            "survivorship:\n  account: {default: {order: [crm, crm]}}",
            "2: “crm” stands twice in `order`; name each source once",
        ),
        (
            "survivorship:\n  account: {default: {strategy: newest}}",
            "2: `strategy` cannot be “newest”; did you mean “lowest”?",
        ),
        (
            "survivorship:\n  account: {fields: {name: {strategy: highest}}}",
            "2: `highest` needs a number or a day, and this field is text",
        ),
        (
            "survivorship:\n  account: {fields: {name: {strategy: aggregate}}}",
            "2: `aggregate` keeps several values, and this field (text) holds one",
        ),
        (
            "survivorship:\n  account: {default: {conflict: perhaps}}",
            "2: `conflict` must be true or false, not “perhaps”",
        ),
        ("base_currency: eur", "1: “eur” is no currency code; did you mean “EUR”?"),
        (
            "rates:\n  - {currency: USD, date: 1.2.2026, rate: 1}",
            "2: `date: 1.2.2026` is not a day; write it like 2026-01-31",
        ),
        (
            "rates:\n  - {currency: USD, date: 2026-01-01, rate: x}",
            "2: `rate: x` is not a number; write it like 1.0834",
        ),
        ("rates:\n  - {currency: USD, date: 2026-01-01, rate: 0}", "2: `rate: 0` must be above zero"),
        ("territories:\n  - {code: A, countries: [UK]}", "2: “UK” is no country code; use the ISO code"),
        (
            "territories: [{code: A}, {code: A}]",
            "1: “A” stands twice in `territories`; a code means one thing",
        ),
        ("freshness: {acount: 1 hour}", "1: there is no object `acount`; did you mean “account”?"),
        ("freshness: {account: soon}", "1: `account` needs a stretch of time; write it like “30 minutes”"),
        ("basecurrency: EUR", "1: the file does not know `basecurrency`; did you mean “base_currency”?"),
        (
            "customer_sync_validation: {required_fields: [legal_nam]}",
            "1: no field of a customer is called “legal_nam”; did you mean “legal_name”?",
        ),
        (
            "a: [",
            "1: expected the node content, but found '<stream end>'; check quotes, colons and indentation",
        ),
    ],
)
def test_mistake_in_a_company_file(text: str, says: str) -> None:
    found = mistakes_of(crm=HEAD, other=text)
    line, sentence = says.split(": ", 1)
    assert found == [f"other.yaml:{line}: {sentence}"]


def test_every_mistake_is_told_at_once() -> None:
    text = (
        HEAD.replace("label", "lable")
        .replace("name: Name", "nmae: Name")
        .replace("key: Id", "key: Id\n    overlap: x")
    )
    assert [m.split(":")[1] for m in mistakes_of(crm=text)] == ["2", "11", "12"]


def test_two_files_with_the_same_source_or_table() -> None:
    found = mistakes_of(a=HEAD, b=HEAD, c="base_currency: EUR", d="base_currency: USD")
    assert found == [
        "b.yaml:1: a second file declares the source “crm”; rename one of them",
        "d.yaml:1: `base_currency` stands in c.yaml too; keep it in one file",
    ]


def test_folder_that_is_missing_or_empty(tmp_path: Path) -> None:
    assert [str(m) for m in check(tmp_path / "x").mistakes] == [f"{tmp_path / 'x'}: there is no such folder"]
    assert [str(m) for m in check(tmp_path).mistakes] == [f"{tmp_path}: the folder holds no .yaml file"]
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    assert [m.line for m in check(tmp_path).mistakes] == [1]

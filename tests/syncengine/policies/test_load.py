"""What sound policy files become."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.catalogue import load
from syncengine.policies.company import Rate
from syncengine.policies.load import check, check_documents
from syncengine.policies.schedules import parse_duration, parse_schedule
from syncengine.policies.shapes import FieldPolicy, Rule, Schedule
from tests.syncengine.policies.files import HEAD, check_texts

PRESETS = Path(__file__).resolve().parents[3] / "syncengine" / "presets"

CUSTOMER_SYNC = """\
customer_sync_validation:
  required_fields: [crm_account_id, legal_customer_name, billing_country, customer_status]
  uniqueness_checks: [erp_customer_id]
  blocked_conditions:
    - customer_status: "inactive"
      allow_new_orders: false
  review_required_when:
    - field_changed: "tax_region"
    - field_changed: "legal_customer_name"
"""


def test_source_with_its_defaults() -> None:
    checked = check_texts(crm=HEAD.replace("/data", "'${PORTAL_HOME}/crm'"))
    assert checked.mistakes == ()
    source = checked.policy_set.sources["crm"]
    stream = checked.policy_set.stream("crm", "accounts")
    assert source.connection == {"folder": "/srv/portal/crm"}
    assert (stream.schedule, stream.listing, stream.overlap) == (
        Schedule(every=timedelta(hours=1)),
        "delta",
        timedelta(minutes=10),
    )
    assert [(m.field, m.columns, m.decimal) for m in stream.fields] == [
        ("name", ("Name",), None),
        ("currency", ("Cur",), None),
        ("credit_limit", ("Limit",), ","),
    ]


def test_secrets_stay_names_and_declared_variables_are_filled_in() -> None:
    text = HEAD.replace("{folder: /data}", '{folder: "${ROOT}/x", password: {secret: CRM_PASSWORD}}')
    text += "variables: {ROOT: /srv}\n"
    connection = check_texts(crm=text).policy_set.sources["crm"].connection
    assert connection == {"folder": "/srv/x", "password": {"secret": "CRM_PASSWORD"}}
    elsewhere = check_documents({"crm.yaml": text}, environ={"ROOT": "/opt"}).policy_set
    assert elsewhere.sources["crm"].connection["folder"] == "/opt/x"


def test_variable_without_a_value_stays_for_the_run() -> None:
    text = HEAD.replace("/data", "'${PORTAL_HOME}/crm'")
    found = check_documents({"crm.yaml": text}, environ={}).policy_set
    assert found.sources["crm"].connection == {"folder": "${PORTAL_HOME}/crm"}


def test_words_of_yaml_stay_words_in_mappings() -> None:
    options = "{from: X, true: [yes, 1], false: [no]}"
    stream = check_texts(crm=HEAD.replace("name: Name", f"credit_hold: {options}")).policy_set.stream(
        "crm", "accounts"
    )
    assert (stream.fields[0].true, stream.fields[0].false) == (("yes", "1"), ("no",))


def test_survivorship_inherits_from_its_default() -> None:
    text = """\
    survivorship:
      account:
        default: {strategy: most_recent, order: [crm]}
        fields:
          name: {conflict: true}
          phone: {strategy: longest, minimum_age: 2 days}
    """
    found = check_texts(crm=HEAD, survivorship=text)
    assert found.mistakes == ()
    account = found.policy_set.survivorship["account"]
    assert account.policy("city") == FieldPolicy("most_recent", ("crm",))
    assert account.policy("name") == FieldPolicy("most_recent", ("crm",), conflict=True)
    assert account.policy("phone") == FieldPolicy("longest", ("crm",), minimum_age=timedelta(days=2))


def test_field_without_declared_survivorship_trusts_its_owner() -> None:
    erp = HEAD.replace("source: crm", "source: erp").replace("system: crm", "system: erp")
    policies = check_texts(crm=HEAD, erp=erp).policy_set
    assert policies.field_policy("account", "tax_id", load()).order == ("erp", "crm")
    assert policies.field_policy("account", "phone", load()).order == ("crm", "erp")


def test_customer_sync_validation_is_taken_as_it_stands() -> None:
    found = check_texts(rules=CUSTOMER_SYNC)
    assert found.mistakes == ()
    told = [(r.kind, r.fields, r.severity, r.object, r.sentence) for r in found.policy_set.rules]
    assert told == [
        ("required", ("legal_name",), "reject", "account", "Legal name must be given"),
        ("required", ("country",), "reject", "account", "Country must be given"),
        ("required", ("status",), "reject", "account", "Status must be given"),
        (
            "unique",
            ("customer_number",),
            "hold",
            "account",
            "Customer number must be different in each record",
        ),
        ("blocked", ("status",), "hold", "order", "Status is inactive, so new orders are not allowed"),
        (
            "changed",
            ("tax_region",),
            "hold",
            "account",
            "A change of tax region is reviewed before it counts",
        ),
        (
            "changed",
            ("legal_name",),
            "hold",
            "account",
            "A change of legal name is reviewed before it counts",
        ),
    ]


def test_rules_of_company_and_stream_come_together() -> None:
    own = HEAD + '    validate: [{rule: required, field: name, severity: hold, sentence: "Who is it?"}]\n'
    policies = check_texts(
        crm=own, rules="validate: [{rule: required, object: account, field: country}]"
    ).policy_set
    rules = policies.rules_for(policies.stream("crm", "accounts"), "account")
    assert rules == (
        Rule("required", ("name",), "hold", "Who is it?", "account"),
        Rule("required", ("country",), "warn", "Country must be given", "account"),
    )


def test_customer_sync_validation_beside_a_mapping_is_that_sources() -> None:
    policies = check_texts(crm=HEAD + CUSTOMER_SYNC).policy_set
    assert policies.rules == ()
    assert {rule.object for rule in policies.stream("crm", "accounts").rules} == {"account"}


def test_reference_tables() -> None:
    text = """\
    base_currency: EUR
    rates: [{currency: USD, date: 2026-01-01, rate: 0.92}]
    territories: [{code: dach, label: DACH, countries: [DE, AT]}]
    freshness: {invoice: 10 minutes}
    """
    found = check_texts(reference=text)
    assert found.mistakes == ()
    assert found.policy_set.reference.rates == (Rate("USD", date(2026, 1, 1), Decimal("0.92")),)
    assert found.policy_set.reference.territories[0].countries == ("DE", "AT")
    assert found.policy_set.reference.freshness == {"invoice": timedelta(minutes=10)}


def test_policies_travel_between_processes() -> None:
    policies = check_texts(crm=HEAD + CUSTOMER_SYNC).policy_set
    assert pickle.loads(pickle.dumps(policies)) == policies


@pytest.mark.parametrize("text", ["0 6 * * 1-5", "*/5 * * * *", "0,30 8-18/2 1 1 0"])
def test_cron_texts_are_taken(text: str) -> None:
    assert parse_schedule(text) == Schedule(cron=text)


@pytest.mark.parametrize(
    "text", ["60 * * * *", "* * * *", "* 24 * * *", "*/0 * * * *", "x * * * *", "0 minutes"]
)
def test_what_is_no_schedule(text: str) -> None:
    assert parse_schedule(text) is None


def test_durations() -> None:
    assert [parse_duration(text) for text in ("1 second", "30 minutes", "2 Hours", "1 day", "1 week")] == [
        timedelta(seconds=1),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(days=1),
        None,
    ]


@pytest.mark.parametrize("preset", sorted(PRESETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_presets_have_no_mistakes(preset: Path) -> None:
    assert check_documents({preset.name: preset.read_text(encoding="utf-8")}, environ={}).mistakes == ()


def test_files_of_folders_below_count(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "crm.yml").write_text(HEAD, encoding="utf-8")
    assert list(check(tmp_path, environ={}).policy_set.sources) == ["crm"]

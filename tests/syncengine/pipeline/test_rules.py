"""Rules that need the whole table: uniqueness, blocked customers; and suggestions for what is held."""

from __future__ import annotations

import pytest

from syncengine.models import DeadLetter
from syncengine.pipeline.replay import list_suggestions, preview
from tests.syncengine.pipeline.test_terms import DAY, edit
from tests.syncengine.small_company import SmallCompany

CUSTOMER_SYNC = """
customer_sync_validation:
  required_fields: [crm_account_id, legal_customer_name, billing_country, customer_status]
  uniqueness_checks: [tax_id]
  blocked_conditions:
    - customer_status: "inactive"
      allow_new_orders: false
  review_required_when:
    - field_changed: "legal_customer_name"
"""


def letters() -> list[tuple[str | None, str]]:
    """Open refusals by key and rule."""
    return list(DeadLetter.objects.filter(state="open").order_by("pk").values_list("key", "rule"))


@pytest.fixture
def governed(company: SmallCompany) -> SmallCompany:
    """The company with the shape that is accepted as it stands, without the fields the ERP does not tell."""
    shape = CUSTOMER_SYNC.replace(", customer_status]", "]")
    edit(company, "erp", "    validate:", "    validate:")
    edit(company, "reference", "base_currency", f"{shape}\nbase_currency")
    edit(company, "crm", "status: {value: active}", "status: Phone, legal_name: Name")
    return company


def test_tax_number_in_use_is_held_across_batches(governed: SmallCompany) -> None:
    one = f"10001;{DAY};Acme GmbH;acme.de;Köln;50667;Weg 1;DE;DE136695976;5,00"
    governed.write("erp/customers", one)
    governed.sync()
    governed.write("erp/customers", one, f"10002;{DAY};Beta AG;beta.de;Bonn;53111;Weg 2;DE;DE136695976;5,00")
    governed.sync()

    assert letters() == [("10002", "unique:tax_id")]
    assert DeadLetter.objects.get(state="open").reason == "Tax id must be different in each record: “DE136695976”"

    governed.write("erp/customers", one, f"10002;{DAY};Beta AG;beta.de;Bonn;53111;Weg 2;DE;DE811907980;5,00")
    governed.sync()

    assert letters() == []


def test_inactive_customer_gets_no_new_order_but_keeps_the_old(governed: SmallCompany) -> None:
    governed.write("erp/customers", f"10001;{DAY};Acme GmbH;acme.de;Köln;50667;Weg 1;DE;;5,00")
    governed.write("crm/accounts", f"C1,{DAY},,Acme GmbH,active,www.acme.de,Köln,50667,Weg 1,DE,")
    governed.write("erp/orders", f"A1;{DAY};;10001;2026-02-01;100,00;EUR")
    governed.sync()
    governed.write("crm/accounts", "C1,2026-03-01T09:00:00Z,,Acme GmbH,inactive,www.acme.de,Köln,50667,Weg 1,DE,")
    governed.sync()

    late = "2026-03-01T10:00:00Z"
    governed.write("erp/orders", f"A1;{late};;10001;2026-02-01;120,00;EUR", f"A2;{late};;10001;2026-03-01;9,00;EUR")
    governed.sync()

    assert letters() == [("A2", "blocked:status")]


def test_suggestion_comes_with_its_payload_and_its_diff(company: SmallCompany) -> None:
    company.write("erp/customers", f"10001;{DAY};Acme GmbH;acme.de;Köln;50667;Weg 1;DE;;-5,00")
    company.sync()
    letter = DeadLetter.objects.get()

    (found,) = list_suggestions(letter.pk, now=company.now)

    assert (found.field, found.column, found.before, found.after) == ("credit_limit", "Limit", "-5,00", "5,00")
    assert preview(letter.pk, found.payload, now=company.now).taken

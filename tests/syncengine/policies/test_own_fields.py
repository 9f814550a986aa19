"""Fields the company declares: from the YAML through a sync to list, page, API and export, and withdrawn again."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from accounts import own_fields
from accounts.access import get_account_or_404
from accounts.catalogue import load
from accounts.frames import rows
from accounts.models import Account, OwnField
from accounts.selectors.lineage import get_lineage
from accounts.selectors.search import search_customers
from syncengine.models import PolicyVersion
from syncengine.policies import current_policies
from syncengine.policies.apply import apply_folder, revert_to
from syncengine.policies.plan import plan_folder
from syncengine.selectors.policies import list_dictionary
from tests.factories.people import UserFactory
from tests.syncengine.policies.files import HEAD, mistakes_of
from tests.syncengine.policies.test_apply import edit
from tests.syncengine.small_company import SmallCompany

DECLARED = """
custom_fields:
  account:
    x_tier: {type: choice, choices: [gold, silver], class: identity, owner: crm, label: Loyalty tier,
             meaning: How loyal the customer is.}
    x_margin_target: {type: percent, class: margin, owner: erp, meaning: The margin we aim at.}
    x_codes: {type: text, class: identity, owner: crm, meaning: The partner portal's code., search: true}
  order:
    x_channel: {type: text, class: order, owner: erp, meaning: Where the order came in.}
"""
CRM_HEAD = "Id,Modified,IsDeleted,Name,Phone,Website,City,Postcode,Street,Country,ParentId,Tier,Target,Code"
ORDER_HEAD = "No;Changed;Gone;Customer;Date;Net;Currency;Channel"


def drop(company: SmallCompany, place: str, *lines: str) -> None:
    """A file with columns of its own."""
    (company.folder / place).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def folder(company: SmallCompany) -> Path:
    """Two customers and an order, read before anybody declared a field; then the declarations."""
    day = "2026-03-01T08:00:00Z"
    drop(
        company, "crm/accounts-1.csv", CRM_HEAD,
        f"1,{day},false,Acme Pumpen,,,Köln,50667,Weg 1,DE,,gold,12.5,PX-77",
        f"2,{day},false,Bolt Werke,,,Ulm,89073,Allee 2,DE,,silver,8,PX-78",
    )  # fmt: skip
    drop(company, "erp/orders-1.csv", ORDER_HEAD, f"O1;{day};false;1;2026-02-01;100,00;EUR;shop")
    drop(company, "erp/customers-1.csv", "No;Changed;Name;Web;City;Zip;Street;Country;Vat;Limit",
         f"1;{day};Acme Pumpen;;Köln;50667;Weg 1;DE;;")  # fmt: skip
    company.sync()
    path = company.folder / "policies"
    (path / "fields.yaml").write_text(DECLARED, encoding="utf-8")
    edit(path, "crm.yaml", "parent: ParentId", "parent: ParentId, x_tier: Tier, x_codes: Code, x_margin_target: Target")
    edit(path, "erp.yaml", "currency: Currency, status", "currency: Currency, x_channel: Channel, status")
    return path


@pytest.fixture
def applied(company: SmallCompany, folder: Path) -> Path:
    apply_folder(folder, by=None, now=company.now)
    company.pass_time()
    company.sync()
    return folder


def seen_by(role: str) -> Client:
    client = Client()
    client.force_login(UserFactory.create(role=role))
    return client


def acme() -> Account:
    return Account.objects.get(name="Acme Pumpen")


def columns(table: str) -> set[str]:
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name LIKE 'x\\_%%'"
    return {name for (name,) in rows(query, [table])}


def test_plan_tells_the_values_before_any_column_exists(company: SmallCompany, folder: Path) -> None:
    plan = plan_folder(folder, now=company.now)

    assert {(c.object, c.field): (c.count, c.samples[0]) for c in plan.golden} == {
        ("account", "x_tier"): (2, ("Acme Pumpen", "—", "gold")),
        ("account", "x_codes"): (2, ("Acme Pumpen", "—", "PX-77")),
        ("account", "x_margin_target"): (2, ("Acme Pumpen", "—", "12.500000")),
    }
    assert [(c.object, c.field, c.count) for c in plan.documents] == [("order", "x_channel", 1)]
    assert columns("accounts_account") == set()
    assert load()["account"].own == []


def test_a_sync_fills_typed_columns(applied: Path) -> None:
    assert columns("accounts_account") == {"x_tier", "x_margin_target", "x_codes"}
    assert columns("syncengine_canonicalaccount") == {"x_tier", "x_margin_target", "x_codes"}
    assert rows("SELECT x_tier, x_margin_target, x_codes FROM accounts_account ORDER BY name") == [
        ("gold", Decimal("12.5000"), "PX-77"),
        ("silver", Decimal("8.0000"), "PX-78"),
    ]
    assert rows("SELECT x_channel FROM accounts_order") == [("shop",)]


def test_lineage_names_source_rule_and_version(applied: Path) -> None:
    user = UserFactory.create(role="steward")
    own_fields.refresh()
    found = get_lineage(user, get_account_or_404(user, acme().pk), "x_tier")

    assert found is not None
    assert (found.label, found.value, found.source, found.rule) == ("Loyalty tier", "gold", "crm", "only_source")
    assert found.policy_version == PolicyVersion.objects.latest("number").number


def test_api_gives_and_filters_them_as_the_role_sees_them(applied: Path) -> None:
    own_fields.forget()  # as in a process that read nothing since the apply

    finance, sales = seen_by("finance"), seen_by("support")
    rows = finance.get("/api/v1/accounts", {"x_tier": "gold"}).json()["data"]
    assert [(r["name"], r["x_tier"], r["x_margin_target"]) for r in rows] == [("Acme Pumpen", "gold", "12.5000")]
    found = finance.get("/api/v1/accounts", {"x_margin_target__lte": "10", "fields": "name"}).json()["data"]
    assert [row["name"] for row in found] == ["Bolt Werke"]

    answer = sales.get(f"/api/v1/accounts/{acme().pk}").json()
    assert answer["data"]["x_tier"] == "gold"
    assert "x_margin_target" not in answer["data"]
    assert "x_margin_target" in answer["meta"]["redacted"]
    assert sales.get("/api/v1/accounts", {"x_margin_target__gte": "1"}).status_code == 400
    orders = finance.get("/api/v1/orders", {"x_channel": "shop"}).json()["data"]
    assert [(row["number"], row["x_channel"]) for row in orders] == [("O1", "shop")]


def test_list_page_and_export_show_them(applied: Path) -> None:
    finance = seen_by("finance")

    listed = finance.get("/customers/", {"columns": "name,x_tier", "x_tier": "silver"}).content.decode()
    assert "Loyalty tier" in listed
    assert "Bolt Werke" in listed
    assert "Acme Pumpen" not in listed
    export = b"".join(finance.get("/customers/export.csv", {"columns": "x_tier,x_margin_target"})).decode()
    assert export.splitlines()[0].endswith("name,x_tier,x_margin_target")
    assert {line.split(",", 1)[1] for line in export.splitlines()[1:]} == {
        "Acme Pumpen,gold,12.5000",
        "Bolt Werke,silver,8.0000",
    }
    data = seen_by("steward").get(f"/customers/{acme().pk}/panels/grid/").content.decode()
    assert "Loyalty tier" in data
    assert "Margin target" not in data


def test_searched_fields_find_their_customer(applied: Path) -> None:
    own_fields.refresh()
    assert [hit.name for hit in search_customers(UserFactory.create(role="finance"), "PX-77")] == ["Acme Pumpen"]


def test_dictionary_tells_of_them(applied: Path) -> None:
    entries = {entry.field.name: entry for entry in list_dictionary(UserFactory.create(role="steward"), "account")}
    tier = entries["x_tier"]
    assert (tier.field.meaning, tier.field.owner, tier.sources) == ("How loyal the customer is.", "crm", ("CRM",))


def test_revert_withdraws_them_and_keeps_what_they_held(company: SmallCompany, applied: Path) -> None:
    first = PolicyVersion.objects.earliest("number").number
    codes = {spec.name: spec.code for spec in load()["account"].own}

    revert_to(first, by=None, now=company.now)
    company.pass_time()
    company.sync()

    current_policies()
    assert load()["account"].own == []
    assert "x_tier" not in seen_by("finance").get(f"/api/v1/accounts/{acme().pk}").json()["data"]
    assert columns("accounts_account") == {"x_tier", "x_margin_target", "x_codes"}
    assert OwnField.objects.filter(withdrawn_at=None).count() == 0

    apply_folder(applied, by=None, now=company.now)
    company.pass_time()
    company.sync()
    assert {spec.name: spec.code for spec in load()["account"].own} == codes
    assert rows("SELECT x_tier FROM accounts_account ORDER BY name") == [("gold",), ("silver",)]


def test_another_process_knows_them_with_the_next_policies(applied: Path) -> None:
    own_fields.forget()
    assert load()["account"].own == []

    current_policies()

    assert [spec.name for spec in load()["account"].own] == ["x_tier", "x_margin_target", "x_codes"]


def test_a_type_is_for_good(applied: Path) -> None:
    text = DECLARED.replace("{type: percent, class: margin", "{type: text, class: margin")
    assert mistakes_of(crm=HEAD, fields=text) == [
        "fields.yaml:6: `x_margin_target` is percent and its values stay so; declare another field for the new type"
    ]


def test_mistakes_name_what_is_wrong() -> None:
    text = """\
        custom_fields:
          account:
            tier: {type: text}
            x_a: {type: colour, class: identity, owner: crm, meaning: A.}
            x_b: {type: choice, class: identity, owner: crm, meaning: B.}
            x_c: {type: money, class: secret, owner: crm, meaning: C.}
          customer: {}
    """
    found = [line.removeprefix("fields.yaml:") for line in mistakes_of(crm=HEAD, fields=text)]
    assert [line.partition(";")[0] for line in found] == [
        "3: “tier” is no name for a custom field",
        "4: `type` cannot be “colour”",
        "5: `x_b` has no `choices`",
        "6: `class` cannot be “secret”",
        "6: `x_c` needs the field that names its currency as `unit`",
        "7: there is no object `customer`",
    ]

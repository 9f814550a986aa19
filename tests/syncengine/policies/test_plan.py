"""A plan tells what applying does, applying is held to it, and both can be taken back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError

from accounts.frames import rows
from accounts.models import Account, AccountLineage, AccountSummary, Order
from syncengine.models import CanonicalAccount, Dirty, PolicyDraft, PolicyVersion, StewardTask
from syncengine.policies.apply import PlanMoved, apply_folder, read_documents, revert_to
from syncengine.policies.drafts import plan_for
from syncengine.policies.plan import FieldChange, Money, PolicyPlan, TaskChange, plan_folder
from syncengine.selectors.policies import applying
from tests.factories.documents import DOCUMENTS
from tests.syncengine.policies.test_apply import edit, run, two_sources_disagree
from tests.syncengine.small_company import SmallCompany

DAY = "2026-03-01T08:00:00Z"
BY_ERP = ("order: [crm, erp]", "order: [erp, crm]")


@pytest.fixture
def folder(company: SmallCompany) -> Path:
    """Policies of a company whose systems disagree about one customer's name."""
    return two_sources_disagree(company)


def plan(company: SmallCompany, folder: Path) -> PolicyPlan:
    return plan_folder(folder, now=company.now)


def test_plan_counts_money_of_the_customers_concerned(company: SmallCompany, folder: Path) -> None:
    AccountSummary.objects.update(revenue_ttm=Decimal(900), open_receivable=Decimal(100))
    edit(folder, "survivorship.yaml", *BY_ERP)

    assert plan(company, folder).money == Money(1, Decimal(900), Decimal(100))


def test_apply_does_what_was_planned_without_asking_identity(company: SmallCompany, folder: Path) -> None:
    edit(folder, "survivorship.yaml", *BY_ERP)
    told = plan(company, folder)

    version = apply_folder(folder, by=None, now=company.now)

    assert (version.queued, applying().waiting, applying().number) == (1, 1, version.number)  # type: ignore[union-attr]
    company.publish()
    assert applying() is None
    account = Account.objects.get()
    assert [(c.field, c.count, c.samples[0][2]) for c in told.golden] == [("name", 1, account.name)]
    assert AccountLineage.objects.get().policy_version == version.number


def test_revert_restores_every_value_and_its_origin(company: SmallCompany, folder: Path) -> None:
    first = PolicyVersion.objects.get().number
    before = Account.objects.values().get() | AccountLineage.objects.values("winners", "rules").get()
    edit(folder, "survivorship.yaml", *BY_ERP)
    apply_folder(folder, by=None, now=company.now)
    company.publish()
    assert Account.objects.get().name == "Acme Pumpen GmbH"

    revert_to(first, by=None, now=company.now)
    company.publish()

    after = Account.objects.values().get() | AccountLineage.objects.values("winners", "rules").get()
    assert {name for name in before if before[name] != after[name]} == {"changed_at"}


def test_changed_reason_alone_is_published_too(company: SmallCompany, folder: Path) -> None:
    edit(folder, "survivorship.yaml", "strategy: system_of_record, order: [crm, erp]", "strategy: longest")
    assert [c.count for c in plan(company, folder).golden] == [1]
    edit(folder, "survivorship.yaml", "longest", "most_frequent, order: [crm, erp]")
    assert plan(company, folder).golden == ()

    apply_folder(folder, by=None, now=company.now)
    company.publish()

    assert AccountLineage.objects.get().rules[0] == 4


def test_plan_tells_questions_that_open_and_close(company: SmallCompany, folder: Path) -> None:
    edit(folder, "survivorship.yaml", "name: {strategy", "name: {conflict: true, strategy")
    assert plan(company, folder).tasks == (TaskChange("conflict", 1, 0),)
    apply_folder(folder, by=None, now=company.now)
    company.publish()
    assert list(StewardTask.objects.values_list("kind", "state")) == [("conflict", "open")]

    edit(folder, "survivorship.yaml", "name: {conflict: true, strategy", "name: {strategy")
    assert plan(company, folder).tasks == (TaskChange("conflict", 0, 1),)
    apply_folder(folder, by=None, now=company.now)
    company.publish()
    assert list(StewardTask.objects.values_list("state", flat=True)) == ["obsolete"]


def test_plan_of_another_mapping_tells_golden_values_and_documents(company: SmallCompany, folder: Path) -> None:
    company.write("erp/orders", f"A1;{DAY};;10001;2026-02-01;100,00;EUR")
    company.sync()
    edit(folder, "erp.yaml", "city: City", "city: Zip")
    edit(folder, "erp.yaml", "number: No, order_date", "number: Customer, order_date")

    told = plan(company, folder)

    assert told.golden == (FieldChange("account", "city", 1, (("Acme Pumpen", "Köln", "50667"),)),)
    assert told.documents == (FieldChange("order", "number", 1, (("A1", "A1", "10001"),)),)
    assert sorted(told.read_anew) == [("erp", "customers"), ("erp", "orders")]
    assert (Account.objects.get().city, Order.objects.get().number) == ("Köln", "A1")


def test_plan_of_another_mapping_tells_links_and_leaves_nothing(company: SmallCompany, folder: Path) -> None:
    rows = CanonicalAccount.objects.order_by("pk").values("name", "website", "postcode")
    before = list(rows)
    for name in ("name: Name", "website: Web", "postcode: Zip", "street: Street", "city: City"):
        field, column = name.split(": ")
        edit(folder, "erp.yaml", f"{field}: {column}", f"{field}: {{template: 'x{{No}} {{Changed}}'}}")

    told = plan(company, folder)

    assert (told.links.moved, told.links.new) == (1, 1)
    assert list(rows.all()) == before
    assert (Account.objects.count(), Dirty.objects.count()) == (1, 0)


def test_plan_tells_what_other_rules_refuse_and_free(company: SmallCompany, folder: Path) -> None:
    known = f"10001;{DAY};Acme Pumpen GmbH;acme.de;Köln;50667;Weg 1;DE;;5,00"
    company.write("erp/customers", known, f"10002;{DAY};Beta AG;beta.de;Bonn;53111;Weg 2;DE;;-7,00")
    company.sync()
    edit(folder, "erp.yaml", "min: 0", "min: -10")
    edit(folder, "erp.yaml", "fields: [name], severity: reject", "fields: [tax_id], severity: hold")

    found = plan(company, folder).judged

    assert [(j.stream, j.refused, j.held, j.freed) for j in found] == [("erp.customers", 0, 1, 0)]
    edit(folder, "erp.yaml", "fields: [tax_id], severity: hold", "fields: [tax_id], severity: warn")
    assert [(j.held, j.warned, j.freed) for j in plan(company, folder).judged] == [(0, 1, 1)]


def test_apply_stops_where_the_records_moved_since_the_plan(company: SmallCompany, folder: Path) -> None:
    edit(folder, "survivorship.yaml", *BY_ERP)
    plan_for(read_documents(folder)[0], base=PolicyVersion.objects.get().number, now=company.now)
    crm = [f"C{n},{DAY},,Other {n},+49 30 {n},www.o{n}.de,Ulm,890{n:02},Gasse {n},DE," for n in range(2, 20)]
    erp = [f"2000{n};{DAY};Other {n} GmbH;o{n}.de;Ulm;890{n:02};Gasse {n};DE;;1,00" for n in range(2, 20)]
    company.write("crm/accounts", *crm)
    company.write("erp/customers", *erp, f"10001;{DAY};Acme Pumpen GmbH;acme.de;Köln;50667;Weg 1;DE;;5,00")
    company.sync()

    with pytest.raises(PlanMoved, match=r"account.name: 1 planned, \d+ now"):
        apply_folder(folder, by=None, now=company.now)

    assert PolicyVersion.objects.count() == 1
    plan_for(read_documents(folder)[0], base=PolicyVersion.objects.get().number, now=company.now)
    assert apply_folder(folder, by=None, now=company.now + timedelta(minutes=1)).plan is not None


def test_commands_revert_compare_and_tell_the_status(company: SmallCompany, folder: Path) -> None:
    first = PolicyVersion.objects.get().number
    edit(folder, "survivorship.yaml", *BY_ERP)
    assert "1 customers with 0 revenue" in run("plan", str(folder))
    assert PolicyDraft.objects.get().state == "planned"
    second = int(run("apply", str(folder)).split()[2])
    assert f"Version {second} is being applied: 1 of 1 records wait" in run("status")

    assert run("diff", str(first), str(second)) == "~ survivorship.account.fields.name.order  crm, erp → erp, crm\n"
    assert f"it says what version {first} said" in run("revert", str(first))
    assert "say the same" in run("diff", str(first))
    with pytest.raises(CommandError, match="There is no version 999"):
        run("revert", "999")


def test_plan_tells_who_would_be_dealt_to_another_territory(company: SmallCompany, folder: Path) -> None:
    AccountSummary.objects.update(revenue_ttm=Decimal(900))
    edit(folder, "reference.yaml", "[DE, AT, CH]", "[AT, CH]}, {code: DE, label: D, countries: [DE]")

    told = plan(company, folder)

    name = Account.objects.get().name
    assert told.golden == (FieldChange("account", "sales_territory", 1, ((name, "DACH", "DE"),)),)
    assert told.money.customers == 1
    apply_folder(folder, by=None, now=company.now)
    company.publish()
    assert Account.objects.get().sales_territory.code == "DE"  # type: ignore[union-attr]


def test_plan_tells_what_is_owed_at_other_rates(company: SmallCompany, folder: Path) -> None:
    account = Account.objects.get()
    DOCUMENTS["invoice"].create(account=account, currency="USD", open_amount=Decimal(200), status="open")
    edit(folder, "reference.yaml", "rate: 0.5", "rate: 0.6")

    told = plan(company, folder)

    owed = FieldChange("invoice", "open amount in USD", 1, (("200.00 USD", "100.00 EUR", "120.00 EUR"),))
    assert (told.documents, told.money.customers) == ((owed,), 1)


def test_rule_of_uniqueness_has_its_index(company: SmallCompany, folder: Path) -> None:
    unique = "      - {rule: unique, field: tax_id, severity: warn}\n"
    edit(folder, "erp.yaml", "    validate:\n", "    validate:\n" + unique)

    apply_folder(folder, by=None, now=company.now)

    query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'unique_account_tax_id'"
    assert rows(query)[0][0].partition(" ON ")[2] == (
        "public.syncengine_canonicalaccount USING btree (tax_id) WHERE (tax_id IS NOT NULL)"
    )

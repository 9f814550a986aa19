"""One customer: header, chips, people and places, lineage, export, grants."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from accounts.access import restrict, visible_accounts
from accounts.access.figures import credit_light
from accounts.filtersets import AccountFilter
from accounts.grants import DEMO_GROUP, UnknownRole, create_demo_users, remove_demo_users, set_role
from accounts.models import Account, AccountSummary, AuditEntry, Contact, Territory, User
from accounts.models.user import ROLES
from accounts.selectors import export
from accounts.selectors import lineage as lineage_module
from accounts.selectors.customer import (
    get_customer,
    list_addresses,
    list_children,
    list_contacts,
)
from accounts.selectors.export import csv_rows, escape_cell
from accounts.selectors.lineage import get_lineage, register_losers
from accounts.selectors.sources import list_source_states, worst_source
from tests.factories import (
    AccountCrosswalkFactory,
    AccountFactory,
    AccountLineageFactory,
    AddressFactory,
    ContactFactory,
    SourceFactory,
    SourceStateFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.factories.world import NOW

pytestmark = pytest.mark.django_db


def test_header_knows_every_key_with_its_link(login, customer):
    account = customer()
    AccountCrosswalkFactory(account=account, source=SourceFactory(name="erp"), key="D 1")
    AccountCrosswalkFactory(account=account, source=SourceFactory(name="crm"), key="17")
    AccountCrosswalkFactory(account=account, key="gone", deleted_at=NOW)
    chips = get_customer(login("finance"), account.pk).chips
    assert [(chip.label, chip.key, chip.url) for chip in chips] == [
        ("CRM", "17", "https://crm.example/account/17"),
        ("ERP", "D 1", "https://erp.example/account/D%201"),
    ]


def test_header_tells_what_is_hidden(login, customer):
    found = get_customer(login("marketing"), customer().pk)
    assert ("credit_limit" in found.values, "credit_limit" in found.redacted) == (False, True)
    assert ("revenue_ttm" in found.figures, "revenue_ttm" in found.hidden_figures) == (False, True)


def test_disputed_fields_are_named_as_far_as_seen(login, customer):
    account = customer(disputed=[1, 17])  # name, tax_id
    assert get_customer(login("finance"), account.pk).disputed == ("name", "tax_id")
    assert get_customer(login("support"), account.pk).disputed == ("name",)
    assert get_customer(login("executive"), account.pk).disputed == ()


def test_parent_and_children_are_those_in_scope(granted, customer):
    parent = customer(name="Parent")
    mine = customer(name="Mine", parent=parent)
    sibling = customer(name="Child", parent=mine)
    assert get_customer(granted(mine, "sales"), mine.pk).parent is None
    assert get_customer(granted(mine, "finance"), mine.pk).parent == parent
    assert list_children(granted(mine, "sales"), mine) == []
    assert list_children(granted(mine, "finance"), mine) == [sibling]


def test_header_takes_few_queries(login, customer, django_assert_num_queries):
    user, account = login("finance"), customer()
    AccountCrosswalkFactory.create_batch(3, account=account)
    with django_assert_num_queries(4):
        get_customer(user, account.pk)


def test_contacts_are_none_where_people_are_not_seen(login, customer):
    account = customer()
    ContactFactory(account=account, name="Erika")
    names = {
        role: (section and [row["name"] for row in section.rows])
        for role in ("finance", "marketing", "executive", "operator")
        for section in [list_contacts(login(role), account)]
    }
    assert names == {"finance": ["Erika"], "marketing": ["Erika"], "executive": None, "operator": ["E…"]}


def test_merged_contacts_and_addresses_are_not_listed(login, customer):
    account, user = customer(), login("finance")
    kept, place = ContactFactory(account=account), AddressFactory(account=account)
    ContactFactory(account=account, merged_into=kept)
    AddressFactory(account=account, merged_into=place)
    assert [row.id for row in list_contacts(user, account).rows] == [kept.pk]
    assert [row.id for row in list_addresses(user, account).rows] == [place.pk]


def test_contacts_without_a_live_record_are_not_listed(login, customer):
    account = customer()
    ContactFactory(account=account, record_count=0)
    assert list(restrict(Contact.objects.all(), login("finance"), "contact")) == []


@pytest.mark.parametrize(
    ("values", "exposed", "available", "light"),
    [
        ({"credit_hold": True}, 0, 100, "hold"),
        ({"credit_limit": None}, 99, None, "unlimited"),
        ({"credit_limit": Decimal(100)}, 79, 21, "free"),
        ({"credit_limit": Decimal(100)}, 80, 20, "near"),
        ({"credit_limit": Decimal(100)}, 120, -20, "near"),
        ({"credit_limit": Decimal(100)}, 80, 120, "free"),  # a temporary limit of 200 holds
        ({"credit_limit": Decimal(100), "credit_currency": "XXX"}, 40, None, "unknown"),
    ],
)
def test_credit_light(values, exposed, available, light):
    summary = AccountSummary(exposure=Decimal(exposed), available_credit=available and Decimal(available))
    assert credit_light(Account(**values), summary) == light


def test_lineage_names_the_winner_and_what_others_say(login, customer):
    account = customer(city="Bonn")
    crm, erp = SourceFactory(name="crm"), SourceFactory(name="erp")
    winners = [2] * 42
    AccountLineageFactory(
        account=account, sources=[crm.pk, erp.pk], keys=["1", "D1"], observed=[NOW, NOW], winners=winners,
        rules=[2] * 42,
    )  # fmt: skip
    kept = list(lineage_module._losers)
    register_losers(lambda lineage, field, at: [(crm.pk, "1", "Köln", NOW)])
    try:
        told = get_lineage(login("finance"), account, "city")
    finally:
        lineage_module._losers[:] = kept
    assert (told.value, told.source, told.key, told.rule) == ("Bonn", "erp", "D1", "system_of_record")
    assert told.sentence == "ERP comes first in the order of systems for this field."
    assert [(other.source, other.value, other.url) for other in told.losers] == [
        ("CRM", "Köln", "https://crm.example/account/1")
    ]


def test_lineage_follows_the_role(login, customer):
    account = customer(name="Acme")
    AccountLineageFactory(account=account)
    seen = {
        role: (told and told.value)
        for role in ("finance", "operator", "marketing")
        for told in [get_lineage(login(role), account, "name")]
    }
    assert seen == {"finance": "Acme", "operator": None, "marketing": None}
    assert get_lineage(login("support"), account, "tax_id") is None
    assert get_lineage(login("operator"), account, "name").source == "erp"


def test_pinned_values_have_no_source(login, customer):
    account = customer()
    AccountLineageFactory(account=account, winners=[-1] * 42, rules=[10] * 42)
    told = get_lineage(login("finance"), account, "name")
    assert (told.rule, told.source, told.sentence) == ("pinned", None, "A steward entered it.")


def test_fields_without_a_value_or_name_have_no_lineage(login, customer):
    account = customer()
    AccountLineageFactory(account=account, winners=[0] * 3, rules=[0] * 3)
    user = login("finance")
    assert [get_lineage(user, account, name) for name in ("name", "duns", "nothing")] == [None] * 3


def test_export_has_the_columns_the_role_sees_and_is_audited(login, customer):
    customer(name="=2+3", segment="A", owner=None)
    user = login("marketing")
    lines = list(csv_rows(user, AccountFilter.of(user, {}).qs, sort="name", at=NOW))
    assert lines[0] == "id,name,segment,country,owner,health_band,open_pipeline,sources\r\n"
    assert lines[1].split(",", 1)[1] == "'=2+3,A,DE,,,200.0000,ERP\r\n"
    entry = AuditEntry.objects.get(action="customers exported")
    assert (entry.user, entry.at, entry.detail["sort"]) == (user, NOW, "name")


def test_export_reads_all_pages(login, customer, monkeypatch):
    monkeypatch.setattr(export, "ROW_LIMIT", 2)
    for _ in range(5):
        customer()
    user = login("finance")
    assert len(list(csv_rows(user, visible_accounts(user), sort="name", at=NOW))) == 1 + 5


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1", "'=1"), ("+49", "'+49"), ("-x", "'-x"), ("@a", "'@a"), ("\tx", "'\tx"), ("a=b", "a=b"),
        (Decimal("-1.5"), Decimal("-1.5")), (None, ""), (("=a", "b"), "'=a | b"),
    ],
)  # fmt: skip
def test_cells_cannot_become_formulas(value, cell):
    assert escape_cell(value) == cell


def test_worst_source_is_the_one_oldest_against_its_target():
    SourceStateFactory(stream="fresh", data_at=NOW - timedelta(minutes=5), target_seconds=60)
    SourceStateFactory(stream="old", data_at=NOW - timedelta(hours=5), target_seconds=36000)
    assert worst_source(NOW).stream == "fresh"
    SourceStateFactory(stream="broken", state="error", data_at=NOW)
    SourceStateFactory(stream="paused", state="paused", data_at=None)
    assert [age.stream for age in list_source_states(NOW)] == ["broken", "fresh", "old"]
    assert [age.late for age in list_source_states(NOW)] == [True, True, False]


def test_demo_has_one_login_per_role_and_grants_sales_two_territories():
    assert [login.role for login in create_demo_users()] == list(ROLES)
    for code, countries in (("FR", ["FR"]), ("DACH", ["DE", "AT"]), ("UK", ["GB"])):
        TerritoryFactory(code=code, countries=countries)
    inside = AccountFactory(sales_territory=Territory.objects.get(code="DACH"))
    AccountFactory(sales_territory=Territory.objects.get(code="UK"))
    logins = create_demo_users()
    create_demo_users()
    sales = User.objects.get(role="sales")
    assert (len(logins), User.objects.count()) == (len(ROLES), len(ROLES))
    assert sales.check_password(logins[0].password)
    assert list(visible_accounts(sales)) == [inside]


def test_demo_logins_can_be_removed():
    create_demo_users()
    kept = UserFactory()
    assert remove_demo_users() == len(ROLES)
    assert (list(User.objects.all()), Group.objects.filter(name=DEMO_GROUP).exists()) == ([kept], False)


def test_role_is_changed_with_an_audit_entry():
    user, by = UserFactory(role="sales"), UserFactory(role="administrator")
    set_role(user=user, role="finance", by=by)
    user.refresh_from_db()
    assert (user.role, AuditEntry.objects.get().detail) == ("finance", {"from": "sales", "to": "finance"})
    with pytest.raises(UnknownRole):
        set_role(user=user, role="king", by=by)

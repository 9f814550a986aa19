"""Who sees which customers, and each field in which form."""

from __future__ import annotations

import pytest
from django.http import Http404

from accounts.access import (
    field_access,
    forget_scope,
    get_account_or_404,
    mask,
    restrict,
    shown,
    treatment,
    visible_accounts,
    visible_contacts,
)
from accounts.catalogue import load, roles
from accounts.grants import grant_territory, join_group, share_account, unshare_account
from accounts.models import AuditEntry, Invoice, Order
from tests.factories import AccountFactory, ContactFactory, GroupFactory, TerritoryFactory, UserFactory, make

pytestmark = pytest.mark.django_db


def test_sales_sees_nothing_before_a_grant():
    AccountFactory()
    assert list(visible_accounts(UserFactory(role="sales"))) == []


def test_territory_granted_to_a_group_shows_its_customers():
    territory, user, group = TerritoryFactory(), UserFactory(role="sales"), GroupFactory()
    inside, _outside = AccountFactory(sales_territory=territory), AccountFactory()
    join_group(user=user, group=group, by=None)
    grant_territory(to=group, territory=territory, by=None)
    assert list(visible_accounts(user)) == [inside]


def test_scope_is_one_query_and_read_once(django_assert_num_queries):
    user = UserFactory(role="sales")
    grant_territory(to=user, territory=TerritoryFactory(), by=None)
    with django_assert_num_queries(1 + 2):
        list(visible_accounts(user))
        list(visible_accounts(user))


def test_share_shows_one_customer_until_it_is_taken_back():
    user, account = UserFactory(role="sales"), AccountFactory()
    share_account(account=account, to=user, by=None)
    assert list(visible_accounts(user)) == [account]
    unshare_account(account=account, to=user, by=None)
    forget_scope(user)
    assert list(visible_accounts(user)) == []


def test_share_follows_its_customer_into_the_survivor():
    user, survivor = UserFactory(role="sales"), AccountFactory()
    merged = AccountFactory()
    share_account(account=merged, to=user, by=None)
    merged.merged_into = survivor
    merged.save()
    assert list(visible_accounts(user)) == [survivor]


def test_every_other_role_sees_all_territories():
    account = AccountFactory()
    seen = {role: list(visible_accounts(UserFactory(role=role))) for role in roles() if role != "sales"}
    assert seen == {role: [account] for role in seen}


def test_inactive_login_sees_nothing():
    AccountFactory()
    assert list(visible_accounts(UserFactory(role="finance", is_active=False))) == []


def test_merged_id_leads_to_its_survivor_with_the_requested_id():
    user, survivor = UserFactory(), AccountFactory()
    middle = AccountFactory(merged_into=survivor)
    first = AccountFactory(merged_into=middle)
    found = get_account_or_404(user, first.pk)
    assert (found, found.requested_id) == (survivor, first.pk)


def test_customer_outside_the_scope_is_not_found():
    with pytest.raises(Http404):
        get_account_or_404(UserFactory(role="sales"), AccountFactory().pk)


def test_merged_id_of_a_survivor_outside_the_scope_is_not_found():
    territory, user = TerritoryFactory(), UserFactory(role="sales")
    grant_territory(to=user, territory=territory, by=None)
    merged = AccountFactory(sales_territory=territory, merged_into=AccountFactory())
    with pytest.raises(Http404):
        get_account_or_404(user, merged.pk)


def test_documents_follow_the_scope_of_their_customer():
    territory, user = TerritoryFactory(), UserFactory(role="sales")
    grant_territory(to=user, territory=territory, by=None)
    inside = make("order", account=AccountFactory(sales_territory=territory))
    make("order")
    assert list(restrict(Order.objects.all(), user, "order")) == [inside]


def test_unmatched_documents_are_seen_by_roles_of_all_territories_alone():
    order = make("order", account=None)
    assert list(restrict(Order.objects.all(), UserFactory(role="finance"), "order")) == [order]
    assert list(restrict(Order.objects.all(), UserFactory(role="sales"), "order")) == []


def test_deleted_documents_are_not_listed():
    make("order", deleted_at="2026-01-01T00:00:00Z")
    assert list(restrict(Order.objects.all(), UserFactory(role="finance"), "order")) == []


def test_a_summary_shows_no_rows():
    make("invoice")
    assert list(restrict(Invoice.objects.all(), UserFactory(role="support"), "invoice")) == []


def test_marketing_sees_people_with_consent_alone():
    agreed = ContactFactory(consent_email=True)
    ContactFactory(consent_email=False)
    ContactFactory(consent_email=None)
    assert list(visible_contacts(UserFactory(role="marketing"))) == [agreed]


@pytest.mark.parametrize("role", list(roles()))
def test_every_field_is_shown_as_its_class_says(role):
    user = UserFactory.build(role=role, pk=1)
    for spec in load():
        values = dict.fromkeys(spec.fields, "some value")
        seen = shown(values, user, spec.name)
        for name, field in spec.fields.items():
            told = (seen.values.get(name), name in seen.redacted)
            assert told == _expected(treatment(user, field.sensitivity), field, values), (spec.name, name)


def _expected(seen, field, values):
    """Value and whether it is named as redacted; consent can be on record where there is a field for it."""
    if seen == "full" or (seen == "consent" and "consent_email" in values):
        return "some value", False
    return (mask("some value", field.type), False) if seen == "masked" else (None, True)


def test_hidden_is_absent_and_unknown_is_null():
    account = AccountFactory.build(phone=None)
    seen = shown(account, UserFactory.build(role="operations", pk=1), "account")
    assert seen.values["phone"] is None
    assert "tax_id" not in seen.values
    assert "tax_id" in seen.redacted


def test_a_column_the_catalogue_does_not_know_is_dropped():
    seen = shown({"name": "A", "secret_column": 1}, UserFactory.build(role="finance", pk=1), "account")
    assert seen.values == {"name": "A"}


@pytest.mark.parametrize(
    ("value", "type", "masked"),
    [
        ("+49 221 12345617", "phone", "+49 … 17"),
        ("erika@customer.example", "email", "e…@c….example"),
        ("Müller Bau GmbH", "text", "M… B… G…"),
        ("DE", "country", "…"),
        (1200, "money", "…"),
        (["one", "two"], "tags", ["o…", "t…"]),
        (None, "text", None),
    ],
)
def test_mask_keeps_the_shape(value, type, masked):
    assert mask(value, type) == masked


def test_masked_fields_cannot_be_filtered_or_sorted_by():
    assert field_access(UserFactory.build(role="operator", pk=1), "account").allows("name") is False


def test_grants_leave_audit_entries():
    by, user, account = UserFactory(role="administrator"), UserFactory(role="sales"), AccountFactory()
    share_account(account=account, to=user, by=by)
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action, entry.row_id) == (by, "customer shared", user.pk)
    assert entry.detail == {"account": account.pk}

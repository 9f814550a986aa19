"""Documents by number, people by name, and what was looked at lately."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from accounts.catalogue import roles
from accounts.models import Account, User
from accounts.selectors.search_more import recent_customers, search_documents, search_people
from accounts.workspace import note_visit
from tests.factories import AccountFactory, ContactFactory, UserFactory, make

pytestmark = pytest.mark.django_db
Granted = Callable[[Account, str], User]


def numbers(user: User, text: str) -> list[str]:
    """The documents found."""
    return [hit.number for hit in search_documents(user, text)]


def test_documents_of_any_kind_are_found_by_their_number() -> None:
    account = AccountFactory()
    for kind, number in (("order", "AB100"), ("invoice", "AB1001"), ("ticket", "XY9")):
        make(kind, account=account, number=number)

    assert numbers(UserFactory(), "ab100") == ["AB100", "AB1001"]


@pytest.mark.parametrize("role", list(roles()))
def test_documents_are_of_kinds_the_role_sees(granted: Granted, role: str) -> None:
    account = AccountFactory()
    make("invoice", account=account, number="RE77001")
    seen = {"sales", "finance", "executive"}

    assert numbers(granted(account, role), "RE77001") == (["RE77001"] if role in seen else [])


def test_documents_of_other_territories_are_not_found() -> None:
    make("order", account=AccountFactory(), number="AB100")

    assert numbers(UserFactory(role="sales"), "AB100") == []


def test_people_are_found_by_any_part_of_name_or_mail() -> None:
    ContactFactory(account=AccountFactory(name="Acme"), name="Erika Müller-Lüdenscheid", email="erika@acme.example")

    found = [search_people(UserFactory(), text) for text in ("muller", "lüden eri", "ACME.example", "otto")]

    assert [len(hits) for hits in found] == [1, 1, 1, 0]


def test_people_without_consent_are_not_found_by_marketing() -> None:
    ContactFactory(account=AccountFactory(), name="Otto Silent", consent_email=False)

    assert search_people(UserFactory(role="marketing"), "silent") == ()


def test_people_search_can_use_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM accounts_contact "
            "WHERE fold(coalesce(name, '') || ' ' || coalesce(email, ''))::text LIKE '%muller%'"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "contact_words" in plan


def test_recent_customers_follow_merges_and_leave_out_what_is_no_longer_seen() -> None:
    user, survivor, merged = UserFactory(), AccountFactory(), AccountFactory()
    for account in (survivor, merged):
        note_visit(account=account, by=user, now=timezone.now())
    Account.objects.filter(pk=merged.pk).update(merged_into=survivor)

    assert recent_customers(user) == [survivor]
    User.objects.filter(pk=user.pk).update(role="sales")
    assert recent_customers(User.objects.get(pk=user.pk)) == []

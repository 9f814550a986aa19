"""What stands for a time only: pins and waivers expire, young values come of age, doubted ones stand back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Account, AccountCrosswalk
from syncengine.models import CanonicalAccount, DeadLetter, Pin, StewardTask
from syncengine.pipeline import replay
from syncengine.pipeline.daily import end_terms
from syncengine.policies.apply import apply_folder
from syncengine.validation.waivers import waive
from tests.factories import UserFactory
from tests.syncengine.small_company import SmallCompany

DAY = "2026-03-01T08:00:00Z"


def edit(company: SmallCompany, name: str, before: str, after: str) -> None:
    """Change one policy file and apply the folder."""
    path = company.folder / "policies" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    apply_folder(path.parent, by=None, now=company.now)


@pytest.fixture
def customer(company: SmallCompany) -> SmallCompany:
    """One customer that both systems know."""
    company.write("crm/accounts", f"C1,{DAY},,Acme Pumpen,+49 30 1,www.acme.de,Köln,50667,Weg 1,DE,")
    company.write("erp/customers", f"10001;{DAY};Acme Pumpen GmbH;acme.de;Köln;50667;Weg 1;DE;;5,00")
    company.sync()
    return company


def move_to(company: SmallCompany, city: str, on: str) -> None:
    """The ERP says another city."""
    company.write("erp/customers", f"10001;{on};Acme Pumpen GmbH;acme.de;{city};50667;Weg 1;DE;;5,00")
    company.sync()


def city() -> str | None:
    return Account.objects.get(merged_into=None).city


def test_pin_ends_by_itself(customer: SmallCompany) -> None:
    record = AccountCrosswalk.objects.order_by("pk")[0]
    ends = customer.now + timedelta(days=2)
    Pin.objects.create(record=record, field=7, value="Bonn", pinned_at=customer.now, expires_at=ends)
    move_to(customer, "Köln-Deutz", "2026-03-02T08:00:00Z")
    assert city() == "Bonn"

    customer.pass_time(72)
    end_terms(now=customer.now)
    customer.publish()

    assert (city(), Pin.objects.get().released_at) == ("Köln-Deutz", ends)


def test_young_value_waits_and_comes_of_age(customer: SmallCompany) -> None:
    edit(customer, "survivorship", "conflict: true", "minimum_age: 2 days")
    move_to(customer, "Bonn", "2026-03-02T08:00:00Z")
    assert city() == "Köln"

    customer.pass_time(72)
    end_terms(now=customer.now)
    customer.publish()

    assert city() == "Bonn"


def test_change_that_needs_approval_asks_once_and_the_old_value_stands(customer: SmallCompany) -> None:
    edit(customer, "survivorship", "conflict: true", "approval: true")
    move_to(customer, "Bonn", "2026-03-02T08:00:00Z")
    move_to(customer, "Bonn", "2026-03-02T08:30:00Z")

    assert city() == "Köln"
    assert [(t.kind, t.field, t.state) for t in StewardTask.objects.all()] == [("conflict", 7, "open")]

    move_to(customer, "Köln", "2026-03-02T09:00:00Z")

    assert list(StewardTask.objects.values_list("state", flat=True)) == ["obsolete"]


def test_waiver_ends_by_itself_and_the_record_is_judged_again(customer: SmallCompany) -> None:
    customer.write("erp/customers", f"10002;{DAY};Beta AG;beta.de;Bonn;53111;Weg 2;DE;;-7,00")
    customer.sync()
    letter = DeadLetter.objects.get()
    until = customer.now + timedelta(days=1)
    waive(letter_id=letter.pk, until=until, reason="agreed", user=UserFactory(role="steward"), now=customer.now)
    replay([letter.pk], clock=customer.clock)
    assert CanonicalAccount.objects.filter(key="10002").exists()
    assert not DeadLetter.objects.filter(state="open").exists()

    customer.pass_time(48)
    end_terms(now=customer.now)

    assert list(DeadLetter.objects.filter(state="open").values_list("key", "rule")) == [("10002", "range:credit_limit")]


def test_warned_value_stands_back_for_a_sound_one(customer: SmallCompany) -> None:
    rule = "{rule: range, field: credit_limit, min: 0, severity: hold}"
    edit(customer, "erp", rule, f"{rule}\n      - {{rule: pattern, field: city, pattern: '[^0-9]+'}}")

    move_to(customer, "K0ln", "2026-03-02T08:00:00Z")

    assert CanonicalAccount.objects.get(key="10001").invalid == [7]
    assert city() == "Köln"

"""What a source said before we wrote into it stays its own word: it holds customers together, and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts import proposals
from accounts.catalogue import load
from accounts.models import Account, AccountCrosswalk
from syncengine.models import Pin
from syncengine.steward.bindings import touch
from syncengine.steward.pins import pin_value, release
from syncengine.steward.unmerge import unmerge
from tests.factories import UserFactory
from tests.syncengine.writeback.two_systems import TwoSystems, make_two_systems

WRITE = "write: {fields: [name, phone, segment, city], version: version, increments: true, propagate: true}"
RENAMED = {"name": "Vogt Ventile GmbH", "city": "Fulda", "phone": "+49 661 987654"}


@pytest.fixture
def alike(db: None, tmp_path: Path) -> TwoSystems:
    """Two systems whose records belong together by name, town and telephone alone."""
    made = make_two_systems(tmp_path, crm_write=WRITE, erp_write=WRITE)
    for name in ("crm", "erp"):
        made.put(name, "7", name="Vogt Armaturen GmbH", city="Kassel", phone="+49 561 123456")
    made.settle()
    return made


def homes() -> list[int | None]:
    return list(AccountCrosswalk.objects.order_by("pk").values_list("account_id", flat=True))


def test_a_customer_renamed_by_a_person_stays_one(alike: TwoSystems) -> None:
    account = alike.customer()

    proposals.propose(account=account, values=RENAMED, user=UserFactory(role="steward"), now=alike.now)
    alike.settle()

    assert homes() == [account.pk, account.pk]
    assert [alike.row(name, "7", "name", "city") for name in ("crm", "erp")] == [("Vogt Ventile GmbH", "Fulda")] * 2
    assert alike.customer().name == "Vogt Ventile GmbH"


def test_an_unmerge_gives_each_side_its_own_words_back_and_writes_them(alike: TwoSystems) -> None:
    account, steward = alike.customer(), UserFactory(role="steward")
    proposals.propose(account=account, values=RENAMED, user=steward, now=alike.now)
    alike.settle()
    erp = AccountCrosswalk.objects.get(source__name="erp")

    unmerge(account=account, records=[erp.pk], user=steward, now=alike.clock())
    alike.settle()

    erp.refresh_from_db()
    assert homes() == [account.pk, erp.account_id] and erp.account_id != account.pk
    assert set(Account.objects.values_list("name", "city")) == {
        ("Vogt Ventile GmbH", "Fulda"), ("Vogt Armaturen GmbH", "Kassel")
    }  # fmt: skip
    assert alike.row("erp", "7", "name", "city", "phone") == ("Vogt Armaturen GmbH", "Kassel", "+49 561 123456")
    assert alike.row("crm", "7", "name") == ("Vogt Ventile GmbH",)


def test_a_released_pin_lets_the_sources_say_what_they_said_before(alike: TwoSystems) -> None:
    steward = UserFactory(role="steward")
    proposals.propose(account=alike.customer(), values={"city": "Fulda"}, user=steward, now=alike.now)
    alike.settle()
    pin = Pin.objects.get()

    record = release(pin_id=pin.pk, user=steward, now=alike.clock())
    touch([record], cause="undone", now=alike.clock())
    alike.settle()

    assert alike.customer().city == "Kassel"
    assert [alike.row(name, "7", "city") for name in ("crm", "erp")] == [("Kassel",)] * 2


def test_what_a_steward_pinned_and_systems_follow_is_taken_back_with_the_pin(alike: TwoSystems) -> None:
    steward, now = UserFactory(role="steward"), alike.clock()
    field, record = load()["account"].fields["city"], AccountCrosswalk.objects.earliest("pk").pk
    pin = pin_value(
        record_id=record, field=field.code, from_record=None, value="Fulda", user=steward, reason="seen", now=now
    )
    touch([record], cause="pinned", now=now)
    alike.settle()
    assert [alike.row(name, "7", "city") for name in ("crm", "erp")] == [("Fulda",)] * 2

    alike.edit("erp", "7", city="Gera")
    alike.settle()
    assert alike.customer().city == "Fulda", "a pin stands until it is released"
    release(pin_id=pin.pk, user=steward, now=alike.clock())
    touch([record], cause="undone", now=alike.clock())
    alike.settle()

    assert alike.customer().city == "Gera", "what the ERP said itself since"

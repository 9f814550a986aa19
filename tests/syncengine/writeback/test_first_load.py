"""While data come in for the first time nothing is written, due or told; somebody's word ends it."""

from __future__ import annotations

import pytest

from accounts.golden import first_load
from accounts.golden.touched import begin, settle, touch
from accounts.loading import NotLoading, begin_load, is_loading
from accounts.models import Alert, AuditEntry
from syncengine.first_load import end_first_load
from syncengine.models import OutboxMessage, StewardTask
from syncengine.steward.worth import value_tasks
from tests.factories import AccountFactory, AccountSummaryFactory
from tests.syncengine.small_company import START, SmallCompany
from tests.syncengine.writeback.two_systems import TwoSystems


def test_nothing_is_written_before_the_word_and_everything_after_it(systems: TwoSystems) -> None:
    begin_load(now=systems.clock())
    systems.edit("crm", "7", segment="B")
    systems.settle()
    before = (systems.row("erp", "7", "segment"), OutboxMessage.objects.count())

    count = end_first_load(by=None, now=systems.clock())
    systems.settle()

    assert before == (("A",), 0)
    assert (count, systems.row("erp", "7", "segment"), systems.writes("erp")) == (1, ("B",), 1)


def test_questions_are_due_from_the_word_on(company: SmallCompany) -> None:
    begin_load(now=company.clock())
    company.write("crm/accounts", "A1,2026-03-01T08:00:00Z,,Acme,,acme.example,Bonn,53111,Weg 1,DE,")
    company.write("erp/customers", "10001;2026-03-01T08:00:00Z;Acme;acme.example;Köln;53111;Weg 1;DE;;")
    company.sync()
    before = list(StewardTask.objects.filter(state="open").values_list("kind", "due_at"))

    end_first_load(by=None, now=company.clock())
    company.publish()

    after = list(StewardTask.objects.filter(state="open").values_list("kind", "due_at"))
    assert [kind for kind, _ in before] == [kind for kind, _ in after] == ["conflict"]
    assert before[0][1] is None
    assert after[0][1] > company.now
    assert not Alert.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_large_load_of_an_empty_portal_begins_it(company: SmallCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_load, "BIG", 1)
    company.write("crm/accounts", *(f"A{n},2026-03-01T08:00:00Z,,Firm {n},,,Bonn,53111,Weg {n},DE," for n in range(3)))

    company.sync()

    assert is_loading()
    assert AuditEntry.objects.filter(action="began the first load").count() == 1


@pytest.mark.django_db
def test_what_is_not_under_way_does_not_end() -> None:
    with pytest.raises(NotLoading):
        end_first_load(by=None, now=START)


@pytest.mark.django_db
def test_money_on_both_sides_starts_no_clock_either() -> None:
    begin_load(now=START)
    left, right = AccountFactory(), AccountFactory()
    for account in (left, right):
        AccountSummaryFactory(account=account, open_receivable=100)
    task = StewardTask.objects.create(
        kind="duplicate", subject="1 2", account=left, other_account=right, urgency="other", opened_at=START
    )
    begin()
    touch("SELECT id FROM accounts_account")
    settle()

    value_tasks(now=START)

    task.refresh_from_db()
    assert (task.urgency, task.both_open, task.due_at) == ("money", True, None)

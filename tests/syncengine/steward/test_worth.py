"""What is at stake in tasks: of touched customers after each round, and of all when the queue is put in order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.golden.summary import count_open_tasks
from accounts.golden.touched import begin, settle, touch
from accounts.models import Account, AccountSummary
from syncengine.models import StewardTask
from syncengine.steward.tasks import OPEN_TASKS
from syncengine.steward.worth import renew_priorities, value_tasks
from tests.factories import AccountFactory, AccountSummaryFactory

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def customers(db: None) -> list[Account]:
    """Three with revenues of a hundred, two hundred and three hundred."""
    made = [AccountFactory() for _ in range(3)]
    for place, account in enumerate(made, start=1):
        AccountSummaryFactory(account=account, revenue_ttm=100 * place, open_receivable=0)
    return made


def ask(left: Account | None, right: Account | None = None, *, priority: float = 7.0) -> StewardTask:
    kind = "duplicate" if right else "conflict" if left else "validation"
    subject = f"{left and left.pk} {right and right.pk}"
    return StewardTask.objects.create(
        kind=kind, subject=subject, account=left, other_account=right, opened_at=NOW, priority=priority
    )


def touched(*accounts: Account) -> None:
    begin()
    touch("SELECT unnest(%s::bigint[])", [[account.pk for account in accounts]])
    settle()


def test_a_round_values_the_tasks_of_touched_customers_whichever_side_they_stand_on(customers: list[Account]) -> None:
    a, b, c = customers
    for sides in ((a, b), (c, a), (b, c)):
        ask(*sides)
    touched(a)

    value_tasks(now=NOW)

    told = [(task.value_at_stake, task.priority) for task in StewardTask.objects.order_by("pk")]
    assert told == [(300, 300.0), (400, 400.0), (0, 7.0)]


def test_a_new_question_about_no_customer_is_ranked_in_its_round(customers: list[Account]) -> None:
    fresh, former = ask(None, priority=0.0), ask(customers[0])
    touched()

    value_tasks(now=NOW)

    fresh.refresh_from_db()
    former.refresh_from_db()
    assert (fresh.priority, former.priority) == (1.0, 7.0)


def test_putting_the_queue_in_order_ranks_everything(customers: list[Account]) -> None:
    tasks = [ask(customers[0]), ask(None)]

    assert renew_priorities(now=NOW) == 2
    assert [StewardTask.objects.get(pk=task.pk).priority for task in tasks] == [1.0, 1.0]


def test_open_tasks_are_counted_for_touched_customers_on_both_sides(customers: list[Account]) -> None:
    a, b, c = customers
    ask(a, b)
    ask(c, a)
    ask(b)
    closed = ask(a)
    StewardTask.objects.filter(pk=closed.pk).update(state="obsolete")
    AccountSummary.objects.update(open_tasks=9)
    touched(a, b)

    count_open_tasks(OPEN_TASKS)

    counts = dict(AccountSummary.objects.values_list("account_id", "open_tasks"))
    assert counts == {a.pk: 2, b.pk: 2, c.pk: 9}

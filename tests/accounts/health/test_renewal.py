"""Health as publish keeps it: equal to a slow reckoning, with a row of history only where something changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.health.measures import NAMES
from accounts.health.pulse import PulseRefused, give_pulse, withdraw_pulse
from accounts.health.renewal import TELLING
from accounts.health.versions import apply_definition, current_definition
from accounts.models import Account, AccountHealth, AuditEntry, HealthDay, Invoice, Order, SourceState
from tests.accounts.health.conftest import health_of, renew
from tests.accounts.health.frames import scored
from tests.accounts.health.plain import inputs_of
from tests.accounts.health.random_company import Writer
from tests.factories import UserFactory, make

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
Make = Callable[..., Account]


def inputs(account: Account) -> dict[str, int | None]:
    return dict(zip(NAMES, health_of(account).inputs, strict=True))


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_inputs_are_those_of_a_slow_reckoning_through_merges_and_deletions(customer: Make, seed: int) -> None:
    with transaction.atomic():
        dice = Random(seed)
        accounts = [customer() for _ in range(6)]
        for account in accounts:
            Writer(dice, account, DAY).write()
        renew(DAY, *accounts)
        assert [inputs(account) for account in accounts] == [inputs_of(account, DAY) for account in accounts]

        first, second, third, *_ = accounts
        for model in (Invoice, Order):
            model.objects.filter(account=second).update(account=first)
        Account.objects.filter(pk=second.pk).update(merged_into=first)
        Invoice.objects.filter(account=third).update(deleted_at=datetime(2026, 3, 1, tzinfo=UTC))
        renew(DAY, first, second, third)
        assert [inputs(account) for account in (first, third)] == [inputs_of(first, DAY), inputs_of(third, DAY)]
        assert not AccountHealth.objects.filter(account=second).exists()
        transaction.set_rollback(True)


def late_payer(customer: Make) -> Account:
    account = customer()
    for days in (100, 70, 40, 20):
        at = DAY - timedelta(days)
        make("invoice", account=account, invoice_date=at, due_date=at + timedelta(30), paid_date=None, status="open",
             open_amount=Decimal(119), base_open_amount=Decimal(119))  # fmt: skip
    for days in (10, 40, 70, 100, 130):
        make("order", account=account, order_date=DAY - timedelta(days), promised_date=None, status="closed",
             order_type="repeat")  # fmt: skip
    return account


def test_score_is_that_of_its_inputs_and_parts_add_up(customer: Make) -> None:
    account = late_payer(customer)
    renew(DAY, account)
    row = health_of(account)

    known = {n: None if v is None else Decimal(v) / 10_000 for n, v in zip(NAMES, row.inputs, strict=True)}
    assert row.score == scored(**known)["score"]
    assert row.state == "scored"
    assert row.uncapped == Decimal(sum(part or 0 for part in row.parts)) / 10_000


def test_history_has_a_row_only_where_something_changed(customer: Make) -> None:
    account, silent = late_payer(customer), customer()
    for ahead in (0, 0, 1, 2, 2, 5, 6, 12, 40, 41):
        renew(DAY + timedelta(ahead), account, silent)
    days = list(HealthDay.objects.filter(account=account).order_by("day"))

    def told(row: HealthDay) -> list[object]:
        return [getattr(row, name) for name in TELLING]

    assert len(days) == 8
    assert not HealthDay.objects.filter(account=silent).exists()  # nothing is known, so nothing is kept
    assert not AccountHealth.objects.filter(account=silent).exists()
    assert all(told(before) != told(after) for before, after in pairwise(days))
    assert told(days[-1]) == [getattr(health_of(account), name) for name in TELLING]


def test_a_day_that_comes_out_equal_after_all_leaves_no_row(customer: Make) -> None:
    account = late_payer(customer)
    renew(DAY, account)
    ticket = make("ticket", account=account, opened_at=datetime(2026, 3, 2, 8, tzinfo=UTC), priority="severe",
                  status="open", solved_at=None)  # fmt: skip
    renew(DAY + timedelta(1), account)
    assert HealthDay.objects.filter(account=account).count() == 2

    ticket.delete()
    make("order", account=account, order_date=DAY, promised_date=None, status="closed")
    renew(DAY, account)
    before = HealthDay.objects.filter(account=account).count()
    renew(DAY, account)
    assert HealthDay.objects.filter(account=account).count() == before


def test_renewal_takes_the_same_queries_for_one_and_for_many(
    customer: Make, django_assert_max_num_queries: Callable[..., object]
) -> None:
    accounts = [late_payer(customer) for _ in range(3)]
    renew(DAY, *accounts)
    counts = []
    for some in (accounts[:1], accounts):
        with transaction.atomic():
            before = len(connection.queries_log)
            connection.force_debug_cursor = True
            renew(DAY + timedelta(1), *some)
            counts.append(len(connection.queries_log) - before)
            connection.force_debug_cursor = False

    assert counts[0] == counts[1]


def test_a_late_source_makes_its_measures_not_available(customer: Make) -> None:
    account = late_payer(customer)
    make("ticket", account=account, opened_at=datetime(2026, 2, 1, tzinfo=UTC), priority="severe", status="open",
         solved_at=None)  # fmt: skip
    renew(DAY, account)
    fresh = health_of(account)
    SourceState.objects.filter(object="ticket").update(data_at=datetime(2026, 2, 20, tzinfo=UTC))
    renew(DAY, account)
    late = health_of(account)

    place = NAMES.index("severe_tickets")
    assert (fresh.inputs[place], late.inputs[place]) == (10_000, None)
    assert late.stale == [place, NAMES.index("satisfaction")]
    assert late.coverage == fresh.coverage - 10


def test_pulse_counts_until_it_expires_and_is_audited(customer: Make) -> None:
    account, user = late_payer(customer), UserFactory(role="finance")
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)
    renew(DAY, account)
    plain = health_of(account)
    pulse = give_pulse(account=account, points=-7, reason="Their buyer left", by=user, at=at)

    assert health_of(account).uncapped == plain.uncapped - 7
    assert pulse.expires_date == date(2026, 4, 30)
    assert AuditEntry.objects.filter(action="gave a pulse", row_id=account.pk).count() == 1
    renew(date(2026, 4, 29), account)
    assert health_of(account).pulse == -7
    renew(date(2026, 4, 30), account)
    assert health_of(account).pulse == 0


@pytest.mark.parametrize(("points", "reason", "role"), [(0, "x", "finance"), (11, "x", "finance"), (3, " ", "finance"),
                                                        (3, "x", "marketing")])  # fmt: skip
def test_pulse_refuses(customer: Make, points: int, reason: str, role: str) -> None:
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)
    with pytest.raises(PulseRefused):
        give_pulse(account=customer(), points=points, reason=reason, by=UserFactory(role=role), at=at)


def test_pulse_is_withdrawn(customer: Make) -> None:
    account, user = late_payer(customer), UserFactory(role="finance")
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)
    give_pulse(account=account, points=5, reason="New plant", by=user, at=at)

    assert withdraw_pulse(account=account, by=user, at=at) == 1
    assert health_of(account).pulse == 0


def test_profiles_are_chosen_by_what_is_known_of_the_customer(customer: Make) -> None:
    key, new, plain = customer(tags=["key"]), customer(customer_since_date=DAY - timedelta(89)), customer()
    project = customer()
    for _ in range(2):
        make("order", account=project, order_date=DAY - timedelta(3), order_type="project", status="closed")
    for account in (key, new, plain):  # of whom nothing is known, nothing is kept
        make("activity", account=account, happened_at=datetime(2026, 2, 20, tzinfo=UTC))
    renew(DAY, key, new, plain, project)

    assert [health_of(a).profile for a in (key, new, plain, project)] == ["key", "new", "default", "project"]


def test_applying_other_weights_makes_a_version_and_leaves_the_past(customer: Make) -> None:
    account = late_payer(customer)
    renew(DAY, account)
    document = dict(current_definition().document)
    document["bands"] = {"healthy": 80, "watch": 60}
    now = datetime(2026, 3, 2, tzinfo=UTC)
    changed = apply_definition(document=document, by=None, at=now, note="stricter")
    again = apply_definition(document=document, by=None, at=now)
    renew(DAY + timedelta(1), account)

    first, second = HealthDay.objects.filter(account=account).order_by("day")
    assert (first.version, second.version) == (changed.number - 1, changed.number) == (again.number - 1, again.number)

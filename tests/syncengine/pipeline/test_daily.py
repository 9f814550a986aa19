"""Figures turn with the midnight of each legal entity, without any data."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.golden.days import fall_behind
from accounts.models import AccountSummary
from syncengine.pipeline import daily as module
from syncengine.pipeline import renew_day
from tests.factories import AccountFactory, AccountSummaryFactory, CurrencyRateFactory, LegalEntityFactory, make

pytestmark = pytest.mark.django_db
YESTERDAY = date(2026, 3, 1)


@pytest.fixture
def entities(settings) -> None:  # type: ignore[no-untyped-def]
    settings.TIME_ZONE = "Europe/Berlin"
    LegalEntityFactory(code="DE01", timezone="")
    LegalEntityFactory(code="US01", timezone="America/New_York")


def behind(entity: str) -> int:
    """A customer with an invoice that was due yesterday, and figures of yesterday."""
    account = AccountFactory(legal_entity=entity)
    AccountSummaryFactory(account=account, computed_date=YESTERDAY, overdue_receivable=None)
    make("invoice", account=account, status="open", due_date=YESTERDAY, open_amount=10, base_open_amount=10)
    return int(account.pk)


def overdue() -> dict[int, Decimal | None]:
    return dict(AccountSummary.objects.values_list("account_id", "overdue_receivable"))


def test_a_customer_waits_for_the_midnight_of_its_own_entity(entities: None) -> None:
    german, american = behind("DE01"), behind("US01")

    # Past midnight in Berlin, still the evening before in New York.
    assert renew_day(clock=lambda: datetime(2026, 3, 1, 23, 5, tzinfo=UTC)) == 1
    assert overdue() == {german: Decimal("10.00"), american: None}

    assert renew_day(clock=lambda: datetime(2026, 3, 2, 5, 5, tzinfo=UTC)) == 1
    assert overdue() == {german: Decimal("10.00"), american: Decimal("10.00")}
    assert renew_day(clock=lambda: datetime(2026, 3, 2, 5, 35, tzinfo=UTC)) == 0


def test_many_customers_take_several_rounds(entities: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROUND_CUSTOMERS", 2)
    for _ in range(5):
        behind("DE01")

    assert renew_day(clock=lambda: datetime(2026, 3, 2, 5, 5, tzinfo=UTC)) == 5
    assert set(overdue().values()) == {Decimal("10.00")}


def test_another_rate_renews_who_has_something_open_in_that_currency(entities: None) -> None:
    today = date(2026, 3, 2)
    american, german = AccountFactory(legal_entity="DE01"), AccountFactory(legal_entity="DE01")
    for account, currency in ((american, "USD"), (german, "EUR")):
        AccountSummaryFactory(account=account, computed_date=today, open_receivable=None)
        make("invoice", account=account, status="open", open_amount=10, base_open_amount=9, currency=currency)
    CurrencyRateFactory(currency="USD", rate=Decimal("0.8"), rate_date=today)
    assert fall_behind(["USD"]) == 1

    assert renew_day(clock=lambda: datetime(2026, 3, 2, 5, 5, tzinfo=UTC)) == 1
    owed = dict(AccountSummary.objects.values_list("account_id", "open_receivable"))
    assert owed == {american.pk: Decimal(8), german.pk: None}

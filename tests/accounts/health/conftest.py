"""A customer whose documents the tests write, and its renewal on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
from django.db import transaction

from accounts.golden import touched
from accounts.health.renewal import renew_health
from accounts.models import Account, AccountHealth
from tests.factories import AccountFactory, SourceFactory, SourceStateFactory

OBJECTS = ("invoice", "credit_note", "order", "shipment", "ticket", "activity", "opportunity", "insight")


def renew(today: date, *accounts: Account, at: datetime | None = None) -> int:
    """Renew these customers as publish does; rows changed."""
    with transaction.atomic():
        touched.begin()
        touched.touch("SELECT unnest(%s::bigint[])", [[account.pk for account in accounts]])
        touched.settle()
        return renew_health(at=at or datetime.combine(today, time(9), UTC), today=today)


def health_of(account: Account) -> AccountHealth:
    """The row of today."""
    return AccountHealth.objects.get(account=account)


@pytest.fixture
def customer(db: None) -> Callable[..., Account]:
    """A customer known to one source that tells everything and is always fresh."""

    def make_customer(**values: object) -> Account:
        source = SourceFactory()
        for object in OBJECTS:
            if not source.states.filter(object=object).exists():
                SourceStateFactory(
                    source=source, object=object, data_at=datetime(2030, 1, 1, tzinfo=UTC), target_seconds=3600
                )
        plain = {"segment": "B", "tags": [], "customer_since_date": date(2020, 1, 1)}
        return AccountFactory(**(plain | values))

    return make_customer

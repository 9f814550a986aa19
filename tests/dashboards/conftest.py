"""A small world for the pages: two sources, customers with figures and documents, and a login per role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.catalogue import load, roles
from accounts.models import Account, AccountCrosswalk, Source, Territory, TerritoryUserPermission
from tests.factories import (
    AccountCrosswalkFactory,
    AccountFactory,
    AccountLineageFactory,
    AccountMonthsFactory,
    AccountSearchFactory,
    AccountSummaryFactory,
    SourceFactory,
    SourceStateFactory,
    TerritoryFactory,
    UserFactory,
    make,
)

NOW = datetime.now(UTC)
TODAY = NOW.date()
Make = Callable[..., Account]
FIELDS = load()["account"].fields


@pytest.fixture
def sources(db: None) -> dict[str, Source]:
    """A CRM and an ERP, both read a minute ago."""
    made = {name: SourceFactory(name=name) for name in ("crm", "erp")}
    for source in made.values():
        SourceStateFactory(source=source, stream="accounts", data_at=NOW, last_success_at=NOW)
    return made


@pytest.fixture
def territory(db: None) -> Territory:
    """The territory all customers of these tests belong to."""
    return TerritoryFactory(code="DACH")


@pytest.fixture
def login(db: None, territory: Territory) -> Callable[[str], Client]:
    """Logs somebody of a role in and gives the browser."""

    def log_in(role: str) -> Client:
        user = UserFactory(email=f"{role}@example.com", role=role)
        if roles()[role].scope == "own":
            permission = Permission.objects.get(codename="see_territory")
            TerritoryUserPermission.objects.create(user=user, content_object=territory, permission=permission)
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def customer(sources: dict[str, Source], territory: Territory) -> Make:
    """Makes a customer known to both sources, with figures, an order, an invoice and a deal."""

    def make_customer(name: str = "Acme Pumps", **values: object) -> Account:
        known = {"tax_id": "DE136695976", "sales_territory": territory, "phone": "+49 221 5511"}
        ids = [source.pk for source in sources.values()]
        account = AccountFactory(name=name, source_ids=ids, **(known | values))
        walks = [
            AccountCrosswalkFactory(source=source, key=f"{source.name}-{account.pk}", account=account)
            for source in sources.values()
        ]
        _lineage(account, walks)
        _documents(account, walks[1])
        AccountSearchFactory(account=account)
        return account

    return make_customer


def _lineage(account: Account, walks: list[AccountCrosswalk]) -> None:
    codes = max(spec.code for spec in FIELDS.values())
    AccountLineageFactory(
        account=account,
        sources=[walk.source_id for walk in walks],
        keys=[walk.key for walk in walks],
        observed=[NOW] * len(walks),
        winners=[1] * codes,
        rules=[2] * codes,
    )


def _documents(account: Account, walk: AccountCrosswalk) -> None:
    shared = {"source": walk.source, "account": account, "account_ref": walk, "currency": "EUR"}
    due = TODAY - timedelta(days=40)
    make("invoice", number=f"INV-{account.pk}", due_date=due, status="open", open_amount=Decimal(1190),
         base_open_amount=Decimal(1190), **shared)  # fmt: skip
    make("order", number=f"SO-{account.pk}", status="confirmed", **shared)
    make("opportunity", name="Retrofit", state="open", **shared)
    AccountMonthsFactory(account=account, revenue_months=[Decimal(1000)] * 24, months_to_date=TODAY)
    AccountSummaryFactory(
        account=account,
        revenue_ttm=Decimal(12_000),
        open_receivable=Decimal(1190),
        overdue_receivable=Decimal(1190),
        oldest_due_date=due,
        last_order_date=TODAY,
    )

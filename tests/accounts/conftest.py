"""Logins, customers and clients that the tests of this room share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.grants import grant_territory
from accounts.models import Account, User
from tests.factories import (
    AccountFactory,
    AccountMonthsFactory,
    AccountSearchFactory,
    AccountSummaryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def login(db: None) -> Callable[[str], User]:
    """A login of a role; one of own scope is granted nothing yet."""
    return lambda role: UserFactory(role=role)


@pytest.fixture
def customer(db: None) -> Callable[..., Account]:
    """A customer with its summary and search row, as publish leaves it."""

    def _customer(**values: Any) -> Account:
        summary = values.pop("summary", {})
        account = AccountFactory(**values)
        AccountSummaryFactory(account=account, **summary)
        AccountMonthsFactory(account=account)
        AccountSearchFactory(account=account)
        return account

    return _customer


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser somebody is logged in with."""

    def _client(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return _client


@pytest.fixture
def granted(login: Callable[[str], User]) -> Callable[[Account, str], User]:
    """A login of a role that may see the customer, be it by its territory."""

    def _granted(account: Account, role: str) -> User:
        user = login(role)
        if account.sales_territory is not None:
            grant_territory(to=user, territory=account.sales_territory, by=None)
        return user

    return _granted

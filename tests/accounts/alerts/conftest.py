"""Ways to touch customers and let rules look at them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import transaction

from accounts.alerts.watch import renew_alerts
from accounts.golden import touched
from tests.factories.world import NOW, TODAY


def renew_all(*, at: datetime = NOW, today: date = TODAY) -> int:
    """Let every rule look at every customer."""
    with transaction.atomic():
        touched.begin()
        touched.touch("SELECT id FROM accounts_account")
        touched.settle()
        return renew_alerts(at=at, today=today)


@pytest.fixture
def look(db: None) -> Callable[..., int]:
    """Looks at every customer."""
    return renew_all

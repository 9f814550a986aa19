"""Rules tried on history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import polars as pl
import pytest

from accounts.alerts.backtest import SEEN, begin, try_rules
from accounts.alerts.rules import alert_rules
from accounts.alerts.versions import altered
from accounts.health.measures import MEASURES
from accounts.models import Account, Alert, HealthDay
from tests.accounts.alerts.test_conditions import invoiced, ordered
from tests.factories import AccountFactory, AccountSummaryFactory
from tests.factories.world import TODAY


def score(account: Account, days_ago: int, value: int, band: str) -> None:
    """A day of health."""
    empty: list[int | None] = [None] * len(MEASURES)
    HealthDay.objects.create(
        account=account, day=TODAY - timedelta(days_ago), profile="default", version=1, state="scored", score=value,
        uncapped=value, coverage=90, band=band, inputs=empty, scores=empty, parts=empty,
    )  # fmt: skip


@pytest.mark.django_db
def test_past_looks_tell_what_rules_would_have_sent() -> None:
    quiet, late, falling = (AccountFactory(segment="B") for _ in range(3))
    AccountSummaryFactory(account=quiet, revenue_ttm=Decimal(6000))
    ordered(quiet, *(150 + 20 * gap for gap in range(6)))  # quiet since 110 days, gone since 30
    for due_ago in (250, 230, 210):
        invoiced(late, due_ago=due_ago, late=0)
    for due_ago in (60, 50, 45):
        invoiced(late, due_ago=due_ago, late=40)  # paid by now, overdue then
    score(falling, 80, 60, "watch")
    score(falling, 40, 45, "risk")
    trial = try_rules(alert_rules(), today=TODAY, days=140)
    told = {row.rule: (row.alerts, row.flagged, row.lead) for row in trial.rows if row.alerts}

    assert told["gone_quiet"] == (1, 1, 75.0)
    assert (told["paying_later"][0], told["band_crossing"][0]) == (1, 1)
    assert (trial.customers, trial.looked_at, trial.gone, trial.flagged) == (3, 3, 1, 1)
    assert not Alert.objects.exists()

    stricter = altered({"rules": {"gone_quiet": {"settings": {"floor": 7000}}, "band_crossing": {"on": False}}})
    rules = {row.rule for row in try_rules(stricter, today=TODAY, days=140).rows if row.alerts}
    assert rules == set(told) - {"gone_quiet", "band_crossing"}


def test_an_alert_begins_after_the_cool_down_and_no_bleed_after_a_drop() -> None:
    seen = [("gone_quiet", look, 1, "") for look in (0, 1, 3, 4, 8)]
    seen += [("fast_drop", 2, 2, ""), ("slow_bleed", 4, 2, ""), ("slow_bleed", 4, 3, "")]
    found = pl.DataFrame(seen, schema=SEEN, orient="row")

    def begun(cool_down_days: int) -> list[tuple[str, int, int]]:
        rules = replace(alert_rules(), cool_down_days=cool_down_days)
        return sorted(begin(found, rules).select("rule", "look", "account_id").rows())

    others = [("fast_drop", 2, 2), ("slow_bleed", 4, 3)]
    assert begun(7) == sorted([("gone_quiet", 3, 1), ("gone_quiet", 8, 1), *others])
    assert begun(14) == sorted([("gone_quiet", 8, 1), *others])

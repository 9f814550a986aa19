"""Who sees which alert, and what people do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import Http404

from accounts.alerts.handling import (
    AlertClosed,
    BadSnooze,
    BadWebhook,
    acknowledge,
    set_preference,
    snooze,
    wake,
)
from accounts.alerts.inbox import count_alerts, get_alert, rules_of, visible_alerts
from accounts.models import Account, Alert, AuditEntry, User
from tests.factories import AccountFactory, AlertFactory, SourceFactory, TerritoryFactory, UserFactory
from tests.factories.world import NOW

pytestmark = pytest.mark.django_db
Granted = Callable[[Account, str], User]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("sales", ["fast_drop", "gone_quiet", "paying_later"]),
        ("finance", ["fast_drop", "gone_quiet", "paying_later"]),
        ("support", ["fast_drop", "gone_quiet"]),
        ("marketing", []),
        ("operations", ["gone_quiet"]),
        ("steward", ["late_data"]),
        ("operator", ["late_data"]),
        ("administrator", []),
    ],
)
def test_a_role_sees_alerts_of_classes_it_sees_in_full(granted: Granted, role: str, seen: list[str]) -> None:
    account = AccountFactory(sales_territory=TerritoryFactory())
    for rule in ("fast_drop", "gone_quiet", "paying_later"):
        AlertFactory(rule=rule, account=account)
    AlertFactory(rule="late_data", account=None, source=SourceFactory())
    user = granted(account, role)

    assert sorted(visible_alerts(user).values_list("rule", flat=True)) == seen


def test_alerts_of_other_territories_are_not_found(granted: Granted) -> None:
    mine, other = (AccountFactory(sales_territory=TerritoryFactory()) for _ in range(2))
    user, alert = granted(mine, "sales"), AlertFactory(account=other)

    with pytest.raises(Http404):
        get_alert(user, alert.pk)


def test_the_bell_counts_what_waits_for_the_role() -> None:
    user = UserFactory(role="finance")
    AlertFactory(rule="paying_later")
    AlertFactory(rule="gone_quiet")  # told to sales
    AlertFactory(rule="paying_later", acknowledged_at=NOW)
    AlertFactory(rule="paying_later", snoozed_until=NOW + timedelta(days=1))
    AlertFactory(rule="paying_later", muted=True)
    AlertFactory(rule="paying_later", closed_at=NOW)

    assert count_alerts(user, NOW) == 1
    assert count_alerts(user, NOW + timedelta(days=2)) == 2


def test_acknowledging_and_taking_it_back_are_kept_in_the_audit_log() -> None:
    user, alert = UserFactory(role="finance"), AlertFactory()

    acknowledge(alert=alert, by=user, at=NOW)
    taken = Alert.objects.values_list("acknowledged_by", flat=True).get()
    wake(alert=alert, by=user, at=NOW)

    assert (taken, Alert.objects.get().acknowledged_by) == (user.pk, None)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "alert acknowledged", "alert woken"]  # fmt: skip


@pytest.mark.parametrize(("days", "reason"), [(3, " "), (-1, "later"), (400, "later")])
def test_a_snooze_needs_a_reason_and_an_end(days: int, reason: str) -> None:
    with pytest.raises(BadSnooze):
        snooze(alert=AlertFactory(), until=NOW + timedelta(days=days), reason=reason, by=UserFactory(), at=NOW)


def test_what_is_over_cannot_be_acknowledged() -> None:
    with pytest.raises(AlertClosed):
        acknowledge(alert=AlertFactory(closed_at=NOW), by=UserFactory(), at=NOW)


def test_a_webhook_is_only_sent_over_tls() -> None:
    with pytest.raises(BadWebhook):
        set_preference(user=UserFactory(), digest_mail=True, instant_mail=True, webhook_url="http://x.example", at=NOW)


def test_nobody_sees_rules_who_is_not_logged_in() -> None:
    assert rules_of(UserFactory(is_active=False)) == ()

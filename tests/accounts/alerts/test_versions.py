"""Alert rules as people set them: checked, kept as versions, taken back, and heeded by the next look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.alerts.rules import BadRule, alert_rules
from accounts.alerts.versions import NotTheirs, StaleRules, altered, apply_rules, revert_rules, rules_in_force
from accounts.models import Alert, AuditEntry
from tests.accounts.alerts.test_conditions import ordered
from tests.factories import AccountFactory, AccountSummaryFactory, UserFactory
from tests.factories.world import NOW

pytestmark = pytest.mark.django_db
QUIETER = {"rules": {"gone_quiet": {"settings": {"ratio": 3}}}}


def test_every_mistake_is_named() -> None:
    with pytest.raises(BadRule) as refused:
        altered({"colour": 1, "budget_percent": 200, "rules": {
            "gone": {},
            "gone_quiet": {"speed": 1, "settings": {"ratio": "x", "size": 1}, "segments": {"B": {"floor": -1}}},
        }})  # fmt: skip

    assert str(refused.value).splitlines() == [
        "nobody reads `colour`", "budget_percent: a number from 0 to 100", "there is no rule `gone`",
        "Gone quiet: nobody reads `speed`", "Gone quiet: there is no setting `size`",
        "Gone quiet, ratio: a number from 0 to 10,000,000",
        "Gone quiet, segment B, floor: a number from 0 to 10,000,000",
    ]  # fmt: skip


def test_versions_are_kept_audited_and_taken_back() -> None:
    steward = UserFactory(role="steward")
    apply_rules(changes=QUIETER, base=0, by=steward, at=NOW, note="fewer")
    held = rules_in_force().rules["gone_quiet"]
    revert_rules(number=0, by=steward, at=NOW)

    assert (held.settings["ratio"], held.settings["orders"]) == (3, 4)
    assert rules_in_force() == alert_rules()
    told = AuditEntry.objects.filter(object="alert_rules").order_by("id").values_list("detail__note", flat=True)
    assert list(told) == ["fewer", "back to version 0"]


def test_a_stale_base_and_a_stranger_are_refused() -> None:
    steward = UserFactory(role="steward")
    apply_rules(changes=QUIETER, base=0, by=steward, at=NOW)

    with pytest.raises(StaleRules):
        apply_rules(changes={}, base=0, by=steward, at=NOW)
    with pytest.raises(NotTheirs):
        apply_rules(changes={}, base=0, by=UserFactory(role="sales"), at=NOW)


def test_the_next_look_heeds_what_was_set(look: Callable[..., int]) -> None:
    steward, account = UserFactory(role="steward"), AccountFactory(segment="B")
    AccountSummaryFactory(account=account, revenue_ttm=Decimal(6000))
    ordered(account, 70, 100, 130, 160)
    look()
    opened = Alert.objects.filter(closed_at=None).count()
    off = apply_rules(changes={"rules": {"gone_quiet": {"on": False}}}, base=0, by=steward, at=NOW)
    look(at=NOW + timedelta(1))
    while_off = Alert.objects.filter(closed_at=None).count()
    apply_rules(changes={"cool_down_days": 0}, base=off.number, by=steward, at=NOW)
    look(at=NOW + timedelta(2))

    assert (opened, while_off, Alert.objects.filter(closed_at=None).count()) == (1, 0, 1)

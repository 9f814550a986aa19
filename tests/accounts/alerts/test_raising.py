"""Alerts from findings: one open for a rule and subject, cooling down, waiting for sources in error."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.alerts.raising import Raised, mute_waiting, raise_alerts
from accounts.alerts.rules import BadRule, alert_rules, rule_of
from accounts.alerts.watch import hold_back, watch_sources
from accounts.models import Account, Alert
from tests.factories import AccountFactory, SourceFactory, SourceStateFactory
from tests.factories.world import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOTHING = (
    "SELECT NULL::bigint AS account_id, NULL AS source_id, '' AS subject, NULL AS value, NULL AS facts WHERE false"
)


def findings(*accounts: Account, value: int = 1) -> str:
    """A query that finds these customers."""
    rows = ", ".join(f"({account.pk})" for account in accounts)
    return (
        f"SELECT v.id AS account_id, NULL AS source_id, '' AS subject, {value} AS value, "
        f"jsonb_build_object('days', {value}) AS facts FROM (VALUES {rows}) v (id)"
    )


def test_what_is_found_again_stays_one_alert_with_its_newest_facts() -> None:
    account = AccountFactory()

    told = [
        raise_alerts("gone_quiet", findings(account), at=NOW),
        raise_alerts("gone_quiet", findings(account, value=2), at=NOW + DAY),
        raise_alerts("gone_quiet", findings(account, value=2), at=NOW + 2 * DAY),
    ]

    assert told == [Raised(opened=1), Raised(renewed=1), Raised()]
    alert = Alert.objects.get()
    assert (alert.opened_at, alert.renewed_at, alert.facts) == (NOW, NOW + DAY, {"days": 2})


def test_what_is_no_longer_found_closes_and_opens_again_only_after_the_cool_down() -> None:
    account = AccountFactory()
    raise_alerts("gone_quiet", findings(account), at=NOW)

    told = [
        raise_alerts("gone_quiet", NOTHING, at=NOW + DAY),
        raise_alerts("gone_quiet", findings(account), at=NOW + 7 * DAY),
        raise_alerts("gone_quiet", findings(account), at=NOW + 9 * DAY),
    ]

    assert told == [Raised(closed=1), Raised(), Raised(opened=1)]
    assert Alert.objects.filter(closed_at__isnull=True).count() == 1


def test_alerts_of_different_rules_stand_side_by_side() -> None:
    account = AccountFactory()

    raise_alerts("gone_quiet", findings(account), at=NOW)
    raise_alerts("paying_later", findings(account), at=NOW)

    assert sorted(Alert.objects.values_list("rule", flat=True)) == ["gone_quiet", "paying_later"]


def test_while_a_needed_source_is_in_error_nothing_opens_or_closes_for_its_customers() -> None:
    broken, sound = SourceFactory(name="erp"), SourceFactory(name="other")
    hit, opened_before = (AccountFactory(source_ids=[broken.pk]) for _ in range(2))
    spared = AccountFactory(source_ids=[sound.pk])
    raise_alerts("gone_quiet", findings(opened_before), at=NOW)
    SourceStateFactory(source=broken, object="order", state="error")

    told = raise_alerts("gone_quiet", findings(hit, spared), at=NOW + DAY)

    assert told == Raised(opened=1)
    assert set(Alert.objects.values_list("account_id", "closed_at")) == {(opened_before.pk, None), (spared.pk, None)}
    assert mute_waiting() == 1
    assert Alert.objects.get(account=opened_before).muted


def test_a_stream_that_the_rule_does_not_need_mutes_nothing() -> None:
    source = SourceFactory()
    account = AccountFactory(source_ids=[source.pk])
    SourceStateFactory(source=source, object="ticket", state="error")

    assert raise_alerts("gone_quiet", findings(account), at=NOW) == Raised(opened=1)


def test_sources_late_or_in_error_raise_one_alert_a_stream() -> None:
    source = SourceFactory()
    SourceStateFactory(source=source, stream="orders", data_at=NOW - 3 * DAY, target_seconds=3600)
    SourceStateFactory(source=source, stream="invoices", state="error", message="password refused", data_at=NOW)

    watch_sources(at=NOW)
    watch_sources(at=NOW + timedelta(minutes=1))

    told = [(row.rule, alert_rules().rules[row.rule].told(row.facts)) for row in Alert.objects.order_by("rule")]
    assert told == [
        ("failed_calls", "ERP invoices: password refused"),
        ("late_data", "ERP orders is 3 days old, promised within 60 minutes."),
    ]


def test_beyond_the_budget_alerts_are_held_back_the_least_grave_first() -> None:
    accounts = AccountFactory.create_batch(30)  # five percent of thirty is two
    raise_alerts("gone_quiet", findings(accounts[0]), at=NOW)
    raise_alerts("paying_later", findings(accounts[1], value=10), at=NOW)
    raise_alerts("paying_later", findings(accounts[1], accounts[2], value=5), at=NOW)
    Alert.objects.filter(account=accounts[1]).update(value=10)

    hold_back(at=NOW)

    assert list(Alert.objects.filter(held_back=True).values_list("account_id", flat=True)) == [accounts[2].pk]


def test_a_rule_written_wrongly_is_refused_with_its_place() -> None:
    entry = {"label": "x", "sentence": "x", "about": "customer", "class": "order", "to": ["boss"],
             "severity": "bad", "settings": {}}  # fmt: skip

    with pytest.raises(BadRule, match=r"rules.yaml, rule x: unknown audiences: boss"):
        rule_of("x", entry)

"""Delivery rows: planned once, claimed once, and only what the person may see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.alerts.handling import set_preference
from accounts.alerts.telling import LEASE, claim, finish, plan_digest, plan_instant
from accounts.grants import grant_territory
from accounts.models import AlertDelivery, User
from tests.factories import AccountFactory, AlertFactory, TerritoryFactory, UserFactory
from tests.factories.world import NOW

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=100)


def person(role: str, **values: object) -> User:
    """Somebody who has been here for long."""
    return UserFactory(role=role, date_joined=LONG_AGO, **values)


def deliveries() -> list[tuple[str, str, str, list[int]]]:
    """Who is told what in which way."""
    rows = AlertDelivery.objects.order_by("id")
    return [(row.user.email, row.kind, row.channel, row.alert_ids) for row in rows]


def test_instant_rules_are_planned_once_for_each_way() -> None:
    user = person("executive", email="e@x.example")
    set_preference(user=user, digest_mail=True, instant_mail=True, webhook_url="https://h.example/a", at=LONG_AGO)
    alert = AlertFactory(rule="band_crossing")
    AlertFactory(rule="slow_bleed")  # waits for the digest

    assert (plan_instant(now=NOW), plan_instant(now=NOW + timedelta(minutes=1))) == (2, 0)
    assert deliveries() == [
        ("e@x.example", "instant", "mail", [alert.pk]),
        ("e@x.example", "instant", "webhook", [alert.pk]),
    ]


def test_the_digest_comes_once_a_day_with_what_is_new() -> None:
    person("finance", email="f@x.example")
    old = AlertFactory(rule="paying_later", opened_at=NOW - timedelta(days=9))
    new = [AlertFactory(rule="paying_later", opened_at=NOW - timedelta(hours=h)) for h in (3, 2)]
    AlertFactory(rule="paying_later", held_back=True)

    assert (plan_digest(now=NOW), plan_digest(now=NOW + timedelta(hours=1))) == (1, 0)
    assert deliveries() == [("f@x.example", "digest", "mail", [new[1].pk, new[0].pk])]
    assert old.pk not in deliveries()[0][3]


def test_the_digest_waits_for_the_morning() -> None:
    person("finance")
    AlertFactory(rule="paying_later")

    assert plan_digest(now=NOW.replace(hour=4)) == 0


def test_nobody_is_sent_what_was_there_before_them() -> None:
    UserFactory(role="finance", date_joined=NOW)
    AlertFactory(rule="paying_later", opened_at=NOW - timedelta(hours=1))

    assert plan_digest(now=NOW) == 0


def test_an_owner_known_to_the_portal_is_told_alone(territory_of_sales: list[User]) -> None:
    anna, ben = territory_of_sales
    account = AccountFactory(owner=anna.email, sales_territory=anna.granted)
    nobodys = AccountFactory(owner="Somebody gone", sales_territory=anna.granted)
    mine, free = (AlertFactory(rule="gone_quiet", account=one) for one in (account, nobodys))

    plan_digest(now=NOW)

    assert deliveries() == [
        (anna.email, "digest", "mail", [free.pk, mine.pk]),
        (ben.email, "digest", "mail", [free.pk]),
    ]


@pytest.fixture
def territory_of_sales() -> list[User]:
    """Two sales people of one territory."""
    territory, users = TerritoryFactory(), [person("sales", email=f"{name}@x.example") for name in ("anna", "ben")]
    for user in users:
        grant_territory(to=user, territory=territory, by=None)
        user.granted = territory
    return users


def test_a_message_is_claimed_by_one_sender() -> None:
    person("finance", email="f@x.example")
    alert = AlertFactory(rule="paying_later")
    plan_digest(now=NOW)

    first, second = claim(now=NOW), claim(now=NOW)

    assert first is not None and (first.address, [row.id for row in first.rows]) == ("f@x.example", [alert.pk])
    assert second is None
    assert AlertDelivery.objects.get().state == "sending"


def test_a_sender_that_died_is_never_repeated() -> None:
    person("finance")
    AlertFactory(rule="paying_later")
    plan_digest(now=NOW)
    claim(now=NOW)
    late: datetime = NOW + LEASE + timedelta(seconds=1)

    assert claim(now=late) is None
    assert AlertDelivery.objects.get().state == "unknown"


def test_what_became_of_a_message_is_kept() -> None:
    person("finance")
    AlertFactory(rule="paying_later")
    plan_digest(now=NOW)
    message = claim(now=NOW)
    assert message is not None

    finish(message.delivery, sent=False, now=NOW, detail="answered 500")

    assert AlertDelivery.objects.values_list("state", "detail").get() == ("failed", "answered 500")


def test_rights_taken_away_before_sending_count() -> None:
    user = person("finance")
    AlertFactory(rule="paying_later")
    plan_digest(now=NOW)
    User.objects.filter(pk=user.pk).update(role="marketing")

    message = claim(now=NOW)

    assert message is not None and message.rows == ()

"""The conditions behind the views that are shipped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.filtersets import AccountFilter, FilterRefused
from accounts.models import Account, User
from tests.factories import UserFactory, make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
Make = Callable[..., Account]


def found(user: User, **params: str) -> set[str | None]:
    """Names of the customers the filters leave."""
    return set(AccountFilter.of(user, params).qs.values_list("name", flat=True))


def test_going_quiet_is_twice_the_usual_interval(customer: Make) -> None:
    for name, days in (("quiet", 70), ("usual", 50)):  # three orders, thirty days apart
        last = TODAY - timedelta(days=days)
        figures = {"order_count": 3, "first_order_date": last - timedelta(days=60), "last_order_date": last}
        customer(name=name, summary=figures)
    few = {"order_count": 2, "first_order_date": TODAY - timedelta(300), "last_order_date": TODAY - timedelta(200)}
    customer(name="few", summary=few)

    assert found(UserFactory(), quiet="true") == {"quiet"}


def test_credit_states_part_near_from_over(customer: Make) -> None:
    for name, used in (("free", 10), ("near", 45), ("over", 60)):
        summary = {"exposure": Decimal(used), "available_credit": Decimal(50 - used)}
        customer(name=name, credit_currency="USD", credit_limit=100, summary=summary)

    user = UserFactory()

    assert {state: found(user, credit=state) for state in ("near", "over", "hold")} == {
        "near": {"near"}, "over": {"over"}, "hold": set()}  # fmt: skip


def test_missing_names_customers_that_lack_any(customer: Make) -> None:
    customer(name="whole")
    customer(name="no phone", phone=None)
    customer(name="no owner", owner="")

    assert found(UserFactory(), missing="phone,owner") == {"no phone", "no owner"}


def test_won_without_an_order_is_found_after_a_week(customer: Make) -> None:
    deals = {}
    for name, days in (("waits", 10), ("fresh", 3), ("ordered", 10)):
        account = customer(name=name)
        closed = timezone.now() - timedelta(days=days)
        deals[name] = make("opportunity", account=account, state="won", closed_at=closed)
    make("order", account=deals["ordered"].account, opportunity=deals["ordered"])

    assert found(UserFactory(role="executive"), won_not_ordered="true") == {"waits"}


def test_mine_is_what_i_own_or_follow(customer: Make) -> None:
    user = UserFactory(email="anna@concord.example")
    customer(name="owned", owner="anna@concord.example")
    customer(name="other", owner="ben@concord.example")

    assert found(user, mine="true") == {"owned"}


def test_filters_tell_no_role_what_it_may_not_see() -> None:
    refused = []
    for role, name in (("support", "quiet"), ("marketing", "quiet"), ("support", "won_not_ordered")):
        try:
            AccountFilter.of(UserFactory(role=role), {name: "true"})
        except FilterRefused:
            refused.append((role, name))

    assert refused == [("marketing", "quiet"), ("support", "won_not_ordered")]

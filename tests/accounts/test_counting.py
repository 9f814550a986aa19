"""Counts: exact where that is cheap, as far as anybody counts where things wait for people, guessed otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Account
from accounts.selectors import counting
from accounts.selectors.counting import Count, count_each, count_few, count_rows, estimate_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(customer: Callable[..., Account]) -> None:
    for name in ("Acme", "Bolt", "Crane"):
        customer(name=name)


def test_several_are_counted_at_once_each_as_far_as_anybody_counts(
    three: None, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Callable[..., object]
) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 1)
    everybody = Account.objects.order_by("name")
    parts = {"all": everybody, "one": everybody.filter(name="Bolt"), "none": everybody.none()}
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert count_each(parts) == {"all": 2, "one": 1, "none": 0}
    assert count_few(everybody) == 2


def test_nobody_is_counted_where_nobody_may_be_seen(django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert count_each({"none": Account.objects.none()}) == {"none": 0}
    assert estimate_rows(Account.objects.none()) == Count(0, exact=True)


def test_few_are_counted_and_many_are_guessed(three: None) -> None:
    everybody = Account.objects.all()
    assert estimate_rows(everybody) == count_rows(everybody) == Count(3, exact=True)
    guessed = estimate_rows(everybody, exact_up_to=2)
    assert (guessed.exact, guessed.value >= 2) == (False, True)


def test_what_the_planner_calls_dear_is_guessed(three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "DEAR", 0)
    assert estimate_rows(Account.objects.all()).exact is False

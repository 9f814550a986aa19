"""What the rules about customers look for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.alerts.rules import alert_rules
from accounts.health.measures import MEASURES
from accounts.models import Account, AccountHealth, AccountSummary, Alert, HealthDay, Order
from tests.factories import AccountFactory, AccountSummaryFactory, ProductCrosswalkFactory, ProductFactory, make
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db
Look = Callable[..., int]


def ordered(account: Account, *days_ago: int) -> list[object]:
    """Confirmed orders so many days ago, counted in the customer's summary."""
    made = [
        make("order", account=account, status="confirmed", order_date=TODAY - timedelta(days=days)) for days in days_ago
    ]
    if not AccountSummary.objects.filter(account=account).exists():
        AccountSummaryFactory(account=account)
    AccountSummary.objects.filter(account=account).update(order_count=Order.objects.filter(account=account).count())
    return made


def invoiced(account: Account, *, due_ago: int, late: int | None, amount: int = 100) -> None:
    """An invoice due so many days ago, paid so many days late; open where that is None."""
    due = TODAY - timedelta(days=due_ago)
    state = {"status": "open", "paid_date": None} if late is None else {
        "status": "paid", "paid_date": due + timedelta(days=late), "open_amount": Decimal(0)}  # fmt: skip
    make("invoice", account=account, due_date=due, base_net_amount=Decimal(amount), base_open_amount=Decimal(amount),
         **state)  # fmt: skip


def sentences() -> list[tuple[str, str]]:
    """Rule and words of every open alert."""
    rows = Alert.objects.filter(closed_at__isnull=True).order_by("rule", "id")
    return [(row.rule, alert_rules().rules[row.rule].told(row.facts)) for row in rows]


@pytest.mark.parametrize(
    ("segment", "revenue", "last", "found"),
    [("B", 6000, 70, 1), ("B", 6000, 60, 0), ("B", 4000, 70, 0), ("A", 6000, 70, 0), ("A", 20000, 70, 1)],
    ids=["quiet", "not yet twice as long", "too small", "too small for the segment", "large enough for the segment"],
)
def test_gone_quiet(look: Look, segment: str, revenue: int, last: int, found: int) -> None:
    account = AccountFactory(segment=segment)
    AccountSummaryFactory(account=account, revenue_ttm=Decimal(revenue))
    ordered(account, last, last + 30, last + 60, last + 90)

    look()

    assert [rule for rule, _ in sentences()] == ["gone_quiet"] * found


def test_gone_quiet_closes_with_the_next_order(look: Look) -> None:
    account = AccountFactory(segment="B")
    AccountSummaryFactory(account=account, revenue_ttm=Decimal(6000))
    ordered(account, 70, 100, 130, 160)
    look()
    before = sentences()

    ordered(account, 1)
    look(at=NOW + timedelta(hours=1))

    assert before == [("gone_quiet", "No order for 70 days, 2.3 times the usual 30 days.")]
    assert sentences() == []


@pytest.mark.parametrize(("late", "found"), [(12, 1), (9, 0)], ids=["ten days later", "within the tolerance"])
def test_paying_later(look: Look, late: int, found: int) -> None:
    account = AccountFactory()
    for ago in (200, 230, 260):
        invoiced(account, due_ago=ago, late=1)
    for ago in (40, 50, 60):
        invoiced(account, due_ago=ago, late=late)

    look()

    assert sentences() == [("paying_later", "Pays 12 days after the due date, 11 days later than before.")] * found


def test_paying_later_counts_what_is_still_open(look: Look) -> None:
    account = AccountFactory()
    for ago in (200, 230, 260):
        invoiced(account, due_ago=ago, late=0)
    for ago in (20, 30, 40):
        invoiced(account, due_ago=ago, late=None)

    look()

    assert sentences() == [("paying_later", "Pays 30 days after the due date, 30 days later than before.")]


def test_line_lapsed_names_the_product_line_alone(look: Look) -> None:
    account = AccountFactory()
    pumps, seals = (
        ProductCrosswalkFactory(product=ProductFactory(family=family)) for family in ("Pumps", "Seals")
    )
    for days in (230, 300, 370, 440, 510):
        for order in ordered(account, days):
            make("order_line", order=order, product_ref=pumps)
    for days in (10, 100, 200, 300, 400):
        for order in ordered(account, days):
            make("order_line", order=order, product_ref=seals)

    look()

    assert [words for rule, words in sentences() if rule == "line_lapsed"] == [
        "Pumps not bought for 230 days; it used to be every 70 days."
    ]


def test_receivables_spike(look: Look) -> None:
    account, usual = AccountFactory(), AccountFactory()
    invoiced(account, due_ago=5, late=None, amount=30_000)
    invoiced(usual, due_ago=60, late=None, amount=30_000)

    look()

    assert sentences() == [("receivables_spike", "Overdue receivables rose by 30,000 to 30,000 within 14 days.")]


def test_ticket_surge(look: Look) -> None:
    busy, quiet = AccountFactory(), AccountFactory()
    for account, count in ((busy, 4), (quiet, 3)):
        for _ in range(count):
            make("ticket", account=account, opened_at=NOW - timedelta(days=3), priority="low")

    look()

    assert sentences() == [("ticket_surge", "4 tickets in 14 days, usually 0.")]
    assert Alert.objects.get().account == busy


def healthy(account: Account, was: int, is_now: int, *, ago: int, place: int = 0, then_known: bool = True) -> None:
    """A customer whose score moved so many days ago, all of it by one measure."""
    def values(score: int, known: bool = True) -> dict[str, object]:
        parts: list[int | None] = [None] * len(MEASURES)
        scores: list[int | None] = [None] * len(MEASURES)
        parts[place], scores[place] = (score * 10_000, score * 100) if known else (None, None)
        return {"profile": "default", "version": 1, "state": "scored", "score": score, "uncapped": score,
                "coverage": 90, "band": "watch", "inputs": [None] * len(MEASURES), "scores": scores, "parts": parts,
                "account": account}  # fmt: skip

    HealthDay.objects.create(day=TODAY - timedelta(days=ago), **values(was, then_known))
    AccountHealth.objects.create(computed_date=TODAY, **values(is_now))


@pytest.mark.parametrize(
    ("was", "now", "ago", "then_known", "rules"),
    [
        (80, 70, 14, True, ["fast_drop"]),
        (80, 71, 14, True, []),
        (80, 70, 13, True, []),
        (80, 60, 14, False, []),
        (80, 55, 14, True, ["component_crash", "fast_drop"]),
        (80, 65, 90, True, ["fast_drop"]),
        (60, 75, 30, True, ["recovery"]),
    ],
    ids=["ten points", "nine", "too early", "data that came", "a component", "within a quarter", "better"],
)
def test_health_that_moves(look: Look, was: int, now: int, ago: int, then_known: bool, rules: list[str]) -> None:
    healthy(AccountFactory(), was, now, ago=ago, then_known=then_known)

    look()

    assert [rule for rule, _ in sentences()] == rules


def test_coming_into_at_risk_is_told_once(look: Look) -> None:
    account = AccountFactory()
    healthy(account, 50, 48, ago=1)
    AccountHealth.objects.update(band="risk", prior_band="watch")
    look()
    AccountHealth.objects.update(prior_band="risk")
    look(at=NOW + timedelta(days=1))

    assert sentences() == [("band_crossing", "Health crossed into At risk at 48.")]

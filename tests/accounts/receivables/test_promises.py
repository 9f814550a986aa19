"""Promises are kept or broken as their invoices and the money that came say, told again one by one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import receivables
from accounts.golden import touched
from accounts.models import Account, Payment, PaymentPromise
from tests.factories import AccountFactory, make
from tests.factories.world import NOW, TODAY

DAY = timedelta(days=1)


def _random_promises(dice: Random) -> None:
    """Two customers, one of them merged into the other, with invoices, money and promises around today."""
    kept = AccountFactory()
    for account in (kept, AccountFactory(merged_into=kept)):
        invoices = [_invoice(dice, kept) for _ in range(dice.randint(0, 3))]
        for cents in range(dice.randint(0, 4)):  # no two the same
            made = NOW - dice.randint(0, 12) * DAY
            PaymentPromise.objects.create(
                account=account, invoice=dice.choice([*invoices, None]), currency=dice.choice(["EUR", "EUR", "USD"]),
                amount=dice.randint(1, 400) + Decimal(cents) / 100,
                promised_date=made.date() + dice.randint(0, 12) * DAY,
                made_at=made, made_by_label="Clerk", state=dice.choice(["open"] * 4 + ["withdrawn"]),
            )  # fmt: skip
    for _ in range(dice.randint(0, 6)):
        make("payment", account=kept, amount=Decimal(dice.choice([50, 100, 300])), payment_date=_day(dice),
             currency=dice.choice(["EUR", "EUR", "USD"]), kind=dice.choice(["payment", "deposit", "refund", None]),
             deleted_at=dice.choice([None, None, None, NOW]))  # fmt: skip


def _invoice(dice: Random, account: Account) -> Any:
    paid = dice.choice([None, _day(dice)])
    return make("invoice", account=account, status="paid" if paid else "open", paid_date=paid)


def _day(dice: Random) -> Any:
    return TODAY - dice.randint(-2, 12) * DAY


def _expected(promise: PaymentPromise) -> str:
    """Kept by its invoice or by money of that amount within its days, broken where its day passed without."""
    if promise.state != "open":
        return promise.state
    paid = promise.invoice and promise.invoice.status == "paid" and promise.invoice.paid_date <= promise.promised_date
    came = sum(
        row.amount for row in Payment.objects.filter(currency=promise.currency, deleted_at=None)
        if row.kind != "refund" and promise.made_at.date() <= row.payment_date <= promise.promised_date
    )  # fmt: skip
    over = promise.promised_date < TODAY
    return "kept" if paid or (over and came >= promise.amount) else "broken" if over else "open"


def _settle() -> None:
    touched.begin()
    touched.touch("SELECT id FROM accounts_account")
    touched.settle()
    receivables.settle_promises(at=NOW, today=TODAY)


class TestPromises(TestCase):
    @settings(max_examples=15, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(seed=st.integers(0, 10**6))
    def test_promises_are_settled_as_documents_say(self, seed: int) -> None:
        _random_promises(Random(seed))
        told = {row.pk: _expected(row) for row in PaymentPromise.objects.select_related("invoice")}
        _settle()
        assert dict(PaymentPromise.objects.values_list("pk", "state")) == told


@pytest.mark.django_db
@pytest.mark.parametrize(("second", "state"), [(50, "kept"), (49, "broken")], ids=["all of it", "less"])
def test_money_may_come_in_parts(second: int, state: str) -> None:
    account = AccountFactory()
    PaymentPromise.objects.create(account=account, amount=Decimal(100), currency="EUR", promised_date=TODAY - DAY,
                                  made_at=NOW - 5 * DAY, made_by_label="Clerk")  # fmt: skip
    for amount in (50, second):
        make("payment", account=account, amount=Decimal(amount), payment_date=TODAY - 2 * DAY, kind="payment")
    _settle()
    assert PaymentPromise.objects.get().state == state

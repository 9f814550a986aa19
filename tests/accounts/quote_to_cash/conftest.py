"""Papers of one customer, linked as an ERP links them, and the step that looks at them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from accounts.golden import touched
from accounts.models import Account
from accounts.quote_to_cash.step import renew_cash
from tests.factories import AccountFactory, CurrencyRateFactory, make
from tests.factories.world import NOW, TODAY


def renew_all(*only: Account, at: datetime = NOW, today: date = TODAY) -> int:
    """Renew every customer, or some."""
    with transaction.atomic():
        touched.begin()
        ids = [account.pk for account in only or Account.objects.all()]
        touched.touch("SELECT unnest(%s::bigint[])", [ids])
        touched.settle()
        return renew_cash(at=at, today=today)


@pytest.fixture
def renew(db: None) -> Callable[..., int]:
    """Renews links, chains and exceptions."""
    CurrencyRateFactory()
    return renew_all


def money(amount: str | int | Decimal, *, rate: str = "1") -> dict[str, Any]:
    """Net and base amounts of a document."""
    net = Decimal(amount)
    return {"net_amount": net, "base_net_amount": net * Decimal(rate), "rate": Decimal(rate)}


class Papers:
    """Makes documents of one customer."""

    def __init__(self, **values: Any) -> None:
        self.account = AccountFactory(**{"payment_terms": "30 days", "incoterm": "EXW"} | values)

    def deal(self, amount: int | str = 1000, **values: Any) -> Any:
        return self._made("opportunity", {"state": "won", "amount": Decimal(amount), "base_amount": Decimal(amount),
                                          "rate": Decimal(1)} | values)  # fmt: skip

    def quote(self, amount: int | str = 1000, **values: Any) -> Any:
        return self._made("quote", {"status": "accepted", "erp_number": None} | money(amount) | values)

    def order(self, amount: int | str = 1000, **values: Any) -> Any:
        plain = {"status": "confirmed", "order_type": "repeat", "hold": False, "payment_terms": "30 days",
                 "incoterm": "EXW"} | dict.fromkeys(("quote_number", "customer_po", "promised_date",
                                                     "requested_date"))  # fmt: skip
        return self._made("order", plain | money(amount) | values)

    def line(self, order: Any, quantity: int = 10, unit: int | str = 100, **values: Any) -> Any:
        plain = {"quantity": Decimal(quantity), "unit_price": Decimal(unit), "discount": Decimal(0),
                 "net_amount": Decimal(quantity) * Decimal(unit), "shipped_quantity": Decimal(0),
                 "invoiced_quantity": Decimal(0)}  # fmt: skip
        return make("order_line", order=order, **plain | values)

    def shipment(self, order: Any, day: date, **values: Any) -> Any:
        return self._made("shipment", {"order": order, "status": "shipped", "shipped_date": day} | values)

    def invoice(self, amount: int | str = 1000, **values: Any) -> Any:
        plain = {"status": "open", "gross_amount": Decimal(amount), "open_amount": Decimal(amount), "paid_date": None,
                 "customer_po": None, "base_open_amount": Decimal(amount)}  # fmt: skip
        return self._made("invoice", plain | money(amount) | values)

    def payment(self, amount: int | str = 1000, **values: Any) -> Any:
        plain = {"kind": "payment", "amount": Decimal(amount), "base_amount": Decimal(amount), "rate": Decimal(1),
                 "unapplied_amount": Decimal(0), "base_unapplied_amount": Decimal(0)}  # fmt: skip
        return self._made("payment", plain | values)

    def settle(self, payment: Any, invoice: Any, amount: int | str, day: date = TODAY) -> Any:
        return make("settlement", payment=payment, invoice=invoice, amount=Decimal(amount), settled_date=day)

    def _made(self, name: str, values: dict[str, Any]) -> Any:
        return make(name, account=self.account, **values)


@pytest.fixture
def papers(db: None) -> Papers:
    """Papers of a customer."""
    return Papers()

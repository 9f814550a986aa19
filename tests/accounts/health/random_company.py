"""Customers with random documents around a day: every state and date that matters, and what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts import models
from accounts.models import Account
from tests.factories import ContactCrosswalkFactory
from tests.factories.world import NOW


class Writer:
    """Writes documents of one customer."""

    def __init__(self, dice: Random, account: Account, day: date) -> None:
        self.dice, self.account, self.day = dice, account, day
        self.source_id = account.source_ids[0]
        self.contacts = [ContactCrosswalkFactory(contact__account=account, key=f"{account.pk}-{n}") for n in range(3)]

    def write(self) -> None:
        """All kinds, some of none."""
        orders = [self._order() for _ in range(self.dice.choice([0, 2, 4, 6, 9]))]
        bills = [self._invoice(self.dice.choice([*orders, None])) for _ in range(self.dice.choice([0, 2, 5, 8]))]
        for _ in range(self.dice.choice([0, 0, 2])):
            self._row(
                models.CreditNote, credit_date=self._ago(0, 500), base_net_amount=self._money(),
                invoice=self.dice.choice([*bills, None]), order=self.dice.choice([*orders, None]),
            )  # fmt: skip
        for _ in range(self.dice.choice([0, 0, 1, 2])):
            self._row(
                models.GoodsReturn, return_date=self._ago(-5, 200), order=self.dice.choice([*orders, None]),
                status=self.dice.choice(["open", "received", "closed", "cancelled", None]),
            )  # fmt: skip
        for order in orders:
            for _ in range(self.dice.choice([0, 1, 1, 2])):
                status = self.dice.choice(["shipped", "delivered", "planned", "cancelled"])
                shipped = order.order_date + timedelta(self.dice.randint(0, 40))
                self._row(models.Shipment, order=order, status=status, shipped_date=shipped)
        self._service()
        self._sales()

    def _service(self) -> None:
        for _ in range(self.dice.choice([0, 3, 6])):
            opened = self._moment(-5, 300)
            solved = self.dice.choice([None, opened + timedelta(self.dice.randint(0, 60))])
            self._row(
                models.Ticket, opened_at=opened, solved_at=solved, csat=self.dice.choice([None, 1, 4, 5]),
                status="solved" if solved else self.dice.choice(["new", "open", "waiting", "closed"]),
                priority=self.dice.choice(["low", "severe"]), sla_breached=self.dice.choice([None, False, True]),
                sla_due_at=self.dice.choice([None, opened + timedelta(self.dice.randint(0, 30))]),
            )  # fmt: skip

    def _sales(self) -> None:
        deals = []
        for _ in range(self.dice.choice([0, 1, 2])):
            state, opened = self.dice.choice(["open", "won", "lost"]), self._moment(-3, 200)
            closed = None if state == "open" else opened + timedelta(self.dice.randint(0, 120))
            moved = self.dice.choice([None, opened + timedelta(self.dice.randint(0, 90))])
            deals.append(
                self._row(models.Opportunity, state=state, opened_at=opened, closed_at=closed, stage_changed_at=moved)
            )
        for _ in range(self.dice.choice([0, 2, 5])):
            self._row(
                models.Activity, kind=self.dice.choice(["call", "meeting", "mail", "note"]),
                direction=self.dice.choice([None, "in", "out", "both"]), happened_at=self._moment(-5, 400),
                contact_ref=self.dice.choice([*self.contacts, None]), opportunity=self.dice.choice([*deals, None]),
            )  # fmt: skip
        for _ in range(self.dice.choice([0, 2])):
            score = Decimal(self.dice.choice(["0.125", "0.9", "55"]))
            self._row(models.Insight, kind="churn_risk", score=score, scored_at=self._moment(-3, 250))

    def _order(self) -> models.Order:
        at, amount = self._ago(-10, 1600), self._money()
        quote = self._row(models.Quote, currency="EUR", status="accepted",
                          net_amount=amount * self.dice.choice([1, 1, Decimal("1.2")]))  # fmt: skip
        return self._row(
            models.Order, order_date=at, base_net_amount=amount, net_amount=amount, currency="EUR",
            order_type=self.dice.choice(["repeat", "project", None]), quote=self.dice.choice([quote, None]),
            status=self.dice.choice(["draft", "confirmed", "partly_shipped", "shipped", "closed", "cancelled"]),
            promised_date=self.dice.choice([None, at + timedelta(self.dice.randint(1, 30))]),
        )  # fmt: skip

    def _invoice(self, order: models.Order | None) -> models.Invoice:
        at, net = self._ago(-5, 500), self._money()
        due = at + timedelta(30)
        status = self.dice.choice(["draft", "open", "open", "paid", "paid", "paid", "cancelled"])
        owed = net * Decimal("1.19") if status == "open" else Decimal(0)
        paid = due + timedelta(self.dice.randint(-25, 80)) if status == "paid" else None
        return self._row(
            models.Invoice, order=order, invoice_date=at, due_date=due, paid_date=paid, status=status, net_amount=net,
            gross_amount=net * Decimal("1.19"), base_net_amount=net, open_amount=owed, base_open_amount=owed,
        )  # fmt: skip

    def _row(self, model: Any, **values: Any) -> Any:
        gone = NOW if self.dice.random() < 0.07 else None
        return model.objects.create(
            source_id=self.source_id, key=f"{self.account.pk}-{self.dice.getrandbits(48)}", published_at=NOW,
            deleted_at=gone, account=self.account, **values,
        )  # fmt: skip

    def _money(self) -> Decimal:
        return Decimal(self.dice.randint(100, 90_000)) / 10

    def _ago(self, least: int, most: int) -> date:
        return self.day - timedelta(self.dice.randint(least, most))

    def _moment(self, least: int, most: int) -> datetime:
        return datetime.combine(self._ago(least, most), datetime.min.time(), UTC) + timedelta(
            minutes=self.dice.randint(0, 1439)
        )

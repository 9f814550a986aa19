"""Random papers of a few customers, at and around every limit that a rule draws."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts.models import Account, OrderLine, PaymentTerm
from tests.accounts.quote_to_cash.conftest import Papers
from tests.factories import AccountCrosswalkFactory, ProductCrosswalkFactory, make
from tests.factories.world import NOW, TODAY

RATES = {"EUR": Decimal(1), "USD": Decimal("0.5"), "XXX": None}  # of the last nobody knows a rate
AMOUNTS = (300, 499, 500, 1000, 1010, 1011, 1050, 1051, 2500, 5000, 5051)
UNITS = ("90", "97", "100", "100.50", "100.51")
AGO = (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 20, 30, 31, 40, 59, 60, 61, 100, 364, 365)


class Trade:
    """Customers, some of one group, with papers drawn by the dice; the same for the same seed."""

    def __init__(self, seed: int, customers: int) -> None:
        self.dice = Random(seed)
        self.products = [ProductCrosswalkFactory() for _ in range(2)]
        PaymentTerm.objects.create(code="N30", label="Net 30", days=30, words=["30 days", "30 Tage"])
        self.papers = [self._customer() for _ in range(customers)]
        if self.dice.random() < 0.5:
            Account.objects.filter(pk=self.papers[-1].account.pk).update(parent=self.papers[0].account)
        self.billed = self._money()  # what the latest invoice came to: the next may be its double
        self.orders: list[Any] = []  # of all customers: papers may name another's
        self.places = [AccountCrosswalkFactory(account=papers.account) for papers in self.papers]
        for papers in self.papers:
            self._write(papers)

    @property
    def accounts(self) -> list[Account]:
        """The customers, in order."""
        return [papers.account for papers in self.papers]

    def _customer(self) -> Papers:
        pick = self.dice.choice
        return Papers(credit_hold=pick([True, False, None]), payment_terms=pick(["30 days", "Net 30", "60 days", None]),
                      incoterm=pick(["EXW", " exw", None]), parent=None)  # fmt: skip

    def _write(self, papers: Papers) -> None:
        dice = self.dice
        deals = [self._deal(papers) for _ in range(dice.randint(0, 3))]
        quotes = [self._quote(papers, deals) for _ in range(dice.randint(0, 3))]
        orders = [self._order(papers, deals, quotes) for _ in range(dice.randint(0, 5))]
        invoices = [self._invoice(papers, orders) for _ in range(dice.randint(0, 6))]
        for _ in range(dice.randint(0, 3)):
            self._payment(papers, invoices)
        for _ in range(dice.randint(0, 2)):
            self._credit(papers, invoices)

    def _day(self) -> date:
        return TODAY - timedelta(days=self.dice.choice(AGO))

    def _soon(self) -> date | None:
        return self.dice.choice([None, *(TODAY + timedelta(days=days) for days in (-31, -30, -1, 0, 5, 6))])

    def _money(self, net: str = "net_amount", base: str = "base_net_amount") -> dict[str, Any]:
        amount, currency = Decimal(self.dice.choice(AMOUNTS)), self.dice.choice(["EUR", "EUR", "EUR", "USD", "XXX"])
        rate = RATES[currency]
        return {net: amount, base: None if rate is None else amount * rate, "rate": rate, "currency": currency}

    def _some(self, rows: list[Any]) -> Any:
        """One of the rows, or none."""
        return self.dice.choice([*rows, None])

    def _deal(self, papers: Papers) -> Any:
        closed = NOW - timedelta(days=self.dice.choice(AGO))
        return papers.deal(**self._money("amount", "base_amount"), state=self.dice.choice(["won", "won", "lost"]),
                           closed_at=self.dice.choice([closed, None]), close_date=self._day())  # fmt: skip

    def _quote(self, papers: Papers, deals: list[Any]) -> Any:
        quote = papers.quote(**self._money(), opportunity=self._some(deals), quote_date=self._day(),
                             status=self.dice.choice(["accepted", "declined", "sent"]),
                             erp_number=self.dice.choice([None, "E-1"]))  # fmt: skip
        for position in range(self.dice.randint(0, 3)):
            ends = self.dice.choice([None, TODAY - timedelta(days=20)])
            make("quote_line", quote=quote, position=position, **self._priced(), discount_expires_date=ends)
        return quote

    def _priced(self) -> dict[str, Any]:
        """Quantity, product and price of a line: its net value told, or to be reckoned from price and discount."""
        quantity, unit = Decimal(self.dice.choice([1, 2, 4, 10])), Decimal(self.dice.choice(UNITS))
        discount = self.dice.choice([None, Decimal(0), Decimal(10)])
        net = quantity * unit * (1 - (discount or Decimal(0)) / 100)
        return {"product_ref": self._some([*self.products, *self.products]), "quantity": quantity, "unit_price": unit,
                "discount": discount, "net_amount": self.dice.choice([net, net, None])}  # fmt: skip

    def _order(self, papers: Papers, deals: list[Any], quotes: list[Any]) -> Any:
        pick, quote = self.dice.choice, self._some(quotes)
        named = pick([{"quote": quote}, {"quote": quote}, {"quote_number": quote and quote.number},
                      {"quote_number": " e-1"}])  # fmt: skip
        order = papers.order(
            **(self._money() | named), opportunity=self._some(deals), order_date=self._day(),
            order_type=pick(["new", "project", "repeat", None]), hold=pick([True, False, None]),
            status=pick(["confirmed", "confirmed", "partly_shipped", "shipped", "closed", "cancelled", "draft"]),
            customer_po=pick([None, "PO-1", "po-1 ", "PO-2"]), requested_date=self._soon(), promised_date=self._soon(),
            payment_terms=pick(["30 days", "30 Tage", "60 DAYS", None]), incoterm=pick(["EXW", "DAP", None]),
            bill_to_ref=self._some([*self.places, None]),
        )  # fmt: skip
        lines = [self._order_line(papers, order) for _ in range(self.dice.randint(0, 3))]
        for _ in range(self.dice.randint(0, 2)):
            self._shipment(self.dice.choice([papers] * 9 + self.papers), order, lines)
        self.orders.append(order)
        return order

    def _order_line(self, papers: Papers, order: Any) -> Any:
        values = self._priced()
        stated = [None, None, Decimal(0), values["quantity"]]
        return make("order_line", order=order, position=self.dice.randint(1, 3), **values,
                    shipped_quantity=self.dice.choice(stated), invoiced_quantity=self.dice.choice(stated))  # fmt: skip

    def _shipment(self, papers: Papers, order: Any, lines: list[Any]) -> None:
        status = self.dice.choice(["planned", "shipped", "shipped", "delivered", "cancelled"])
        shipment = papers.shipment(order, self._day(), status=status)
        for line in lines:
            part = self.dice.choice([line.quantity, line.quantity / 2, None])
            if part is not None:
                make("shipment_line", shipment=shipment, order_line=line, quantity=part)

    def _invoice(self, papers: Papers, orders: list[Any]) -> Any:
        pick, order = self.dice.choice, self._some(orders * 3 + self.orders[:1])
        money = pick([self._money(), self.billed])
        self.billed = money
        gross = money["net_amount"] * Decimal("1.2")
        owed = pick([Decimal(0), gross, Decimal(1), Decimal(20), Decimal(-20)])
        invoice = papers.invoice(
            **money, order=pick([order, None]), gross_amount=gross, open_amount=owed,
            status=pick(["open", "open", "paid", "cancelled", "draft"]), invoice_date=self._day(),
            customer_po=pick([None, "PO-1", "PO-1", " po-1", "PO-2"]),
        )  # fmt: skip
        for line in self._lines_of(order):
            self._bill(invoice, line)
        return invoice

    def _lines_of(self, order: Any) -> list[Any]:
        return list(OrderLine.objects.filter(order=order)) if order and self.dice.random() < 0.7 else []

    def _bill(self, invoice: Any, line: Any) -> None:
        """An order line billed: in part, whole or beyond, at its price or near it."""
        quantity = line.quantity * self.dice.choice([Decimal("0.5"), 1, 1, 2])
        unit = line.unit_price + Decimal(self.dice.choice(["0", "0", "1", "1.01", "6"]))
        make("invoice_line", invoice=invoice, order_line=line, quantity=quantity, net_amount=quantity * unit)

    def _payment(self, papers: Papers, invoices: list[Any]) -> None:
        left = Decimal(self.dice.choice([0, 1, 2, 50]))
        money = self._money("amount", "base_amount")
        base = None if money["rate"] is None else left * money["rate"]
        payment = papers.payment(**money, kind=self.dice.choice(["payment", "deposit", "refund", None]),
                                 payment_date=self._day(), unapplied_amount=left,
                                 base_unapplied_amount=base)  # fmt: skip
        for invoice in self.dice.sample(invoices, min(len(invoices), self.dice.randint(0, 2))):
            make("settlement", payment=payment, invoice=invoice, amount=Decimal(10),
                 settled_date=self.dice.choice([None, self._day()]))  # fmt: skip

    def _credit(self, papers: Papers, invoices: list[Any]) -> None:
        invoice, money = self._some(invoices), self._money()
        part = self.dice.choice([Decimal("0.05"), Decimal("0.0501"), Decimal(1)])
        net = invoice.net_amount * part if invoice else Decimal(100)
        money |= {"net_amount": net, "base_net_amount": None if money["rate"] is None else net * money["rate"]}
        make("credit_note", account=papers.account, invoice=invoice, credit_date=self.dice.choice(
            [self._day(), TODAY - timedelta(days=89), TODAY - timedelta(days=90)]), **money)  # fmt: skip

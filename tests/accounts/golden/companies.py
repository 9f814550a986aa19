"""Random companies: a few customers with documents of every kind in two currencies and two legal entities."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from accounts import models
from accounts.frames import execute
from accounts.golden import touched
from accounts.golden.summary import summarise
from tests.factories import AccountFactory, SourceFactory
from tests.factories.world import NOW, TODAY

RATES = {"EUR": Decimal(1), "USD": Decimal("0.9"), "XXX": None}  # as booked
TODAYS = {"EUR": Decimal(1), "USD": Decimal("0.8")}


class Company:
    """Customers with random papers, the same for the same seed."""

    def __init__(self, seed: int, papers: int) -> None:
        self.dice, self.count = Random(seed), 0
        self.source = SourceFactory()
        limits = [None, Decimal(500), Decimal(0)]
        self.accounts = [
            AccountFactory(sales_territory=None, credit_limit=limits[n], credit_currency="USD", temporary_limit=None)
            for n in range(3)
        ]
        self.product = models.ProductCrosswalk.objects.create(
            source=self.source,
            key="P1",
            linked_at=NOW,
            product=models.Product.objects.create(name="Pump", created_at=NOW, changed_at=NOW),
        )
        models.CurrencyRate.objects.bulk_create(
            models.CurrencyRate(currency=code, rate_date=date(2020, 1, 1), rate=rate)
            for code, rate in RATES.items()
            if rate
        )
        for days, rate in ((-5, TODAYS["USD"]), (5, Decimal(2))):
            models.CurrencyRate.objects.create(currency="USD", rate_date=TODAY + timedelta(days=days), rate=rate)
        for _ in range(papers):
            self.add()

    def renew(self, *accounts: models.Account) -> int:
        """What publish does for customers it touched."""
        touched.begin()
        ids = [account.pk for account in accounts or self.accounts]
        touched.touch("SELECT unnest(%s::bigint[])", [ids])
        touched.settle()
        return summarise(today=TODAY)

    def add(self) -> None:
        """One more paper of a random kind."""
        account = self.dice.choice(self.accounts)
        getattr(self, self.dice.choice(KINDS))(account)

    def _head(self, account: models.Account, **values: object) -> dict[str, object]:
        self.count += 1
        gone = NOW if self.dice.random() < 0.1 else None
        head = {"source": self.source, "key": f"K{self.count}", "published_at": NOW, "deleted_at": gone}
        return head | {"account": account} | values

    def _day(self, before: int = 800, after: int = 60) -> date:
        return TODAY + timedelta(days=self.dice.randint(-before, after))

    def _entity(self) -> str | None:
        return self.dice.choice(["DE01", "US01", None])

    def _money(self, column: str, of: str) -> dict[str, object]:
        currency = self.dice.choice(["EUR", "EUR", "USD", "XXX"])
        amount, rate = Decimal(self.dice.randint(1, 90_000)) / 100, RATES[currency]
        return {of: amount, column: None if rate is None else amount * rate, "rate": rate, "currency": currency}

    def invoice(self, account: models.Account) -> None:
        status = self.dice.choice(["open", "open", "paid", "cancelled", "draft"])
        values = self._money("base_net_amount", "net_amount")
        rate, gross = values["rate"], values["net_amount"] * Decimal("1.19")  # type: ignore[operator]
        owed = self.dice.choice([gross, gross, gross / 2]) if status == "open" else Decimal(0)
        invoiced = self._day(after=3)
        models.Invoice.objects.create(
            **self._head(account), **values, gross_amount=gross, open_amount=owed, status=status,
            base_open_amount=None if rate is None else owed * rate, invoice_date=invoiced,  # type: ignore[operator]
            due_date=self.dice.choice([None, *[invoiced + timedelta(days=30)] * 9]), legal_entity=self._entity(),
            paid_date=self.dice.choice([None, *[invoiced + timedelta(days=self.dice.randint(1, 90))] * 9])
            if status == "paid" else None,
            disputed=self.dice.random() < 0.2,
        )  # fmt: skip

    def credit(self, account: models.Account) -> None:
        values = self._money("base_net_amount", "net_amount")
        models.CreditNote.objects.create(
            **self._head(account), **values, credit_date=self._day(), legal_entity=self._entity(),
            gross_amount=values["net_amount"], **self._left(values, "base_net_amount", "net_amount"),
        )  # fmt: skip

    def _left(self, values: dict[str, object], base: str, of: str) -> dict[str, object]:
        """All of a credit is open, or none; told in its currency and ours, or in ours alone."""
        whole, ours = values[of], values[base]
        return self.dice.choice(
            [{"open_amount": Decimal(0), "base_open_amount": Decimal(0)}, {"base_open_amount": ours},
             {"open_amount": whole, "base_open_amount": ours}]
        )  # fmt: skip

    def payment(self, account: models.Account) -> None:
        values = self._money("base_unapplied_amount", "amount")
        models.Payment.objects.create(
            **self._head(account), **values, unapplied_amount=self.dice.choice([None, values["amount"]]),
            payment_date=self._day(), kind=self.dice.choice(["payment", "deposit", None]), legal_entity=self._entity(),
        )  # fmt: skip

    def order(self, account: models.Account) -> None:
        status = self.dice.choice(["confirmed", "partly_shipped", "shipped", "closed", "cancelled", "draft"])
        order = models.Order.objects.create(
            **self._head(account), **self._money("base_net_amount", "net_amount"), order_date=self._day(after=0),
            status=status, hold=self.dice.random() < 0.2, legal_entity=self._entity(), **self._named(account),
        )  # fmt: skip
        for _ in range(self.dice.randint(0, 2)):
            quantity = self.dice.randint(1, 9)
            shipped = self.dice.randint(0, quantity)
            models.OrderLine.objects.create(
                source=self.source, key=f"{order.key}/{self.dice.random()}", published_at=NOW, order=order,
                quantity=quantity, shipped_quantity=shipped, invoiced_quantity=self.dice.randint(0, shipped),
                net_amount=Decimal(quantity * self.dice.randint(1, 99)), currency=order.currency,
                unit_cost=self.dice.choice([None, Decimal(self.dice.randint(1, 60))]), product_ref=self._product(),
            )  # fmt: skip

    def _product(self) -> models.ProductCrosswalk | None:
        return self.dice.choice([None, self.product, self.product])

    def _named(self, account: models.Account) -> dict[str, object]:
        """How an order names a quote of the customer, if it names one."""
        quote = models.Quote.objects.filter(account=account).order_by("pk").last()
        if quote is None:
            return {}
        return self.dice.choice(
            [{}, {"quote": quote}, {"quote_number": quote.number}, {"quote_number": quote.erp_number}]
        )

    def quote(self, account: models.Account) -> None:
        quote = models.Quote.objects.create(
            **self._head(account), **self._money("base_net_amount", "net_amount"), quote_date=self._day(500, 0),
            number=f"Q{self.count}", erp_number=self.dice.choice([None, f"E{self.count}"]), status="accepted",
            valid_until_date=self.dice.choice([None, self._day(400, 0)]),
        )  # fmt: skip
        for _ in range(self.dice.randint(0, 2)):
            quantity = self.dice.randint(1, 9)
            models.QuoteLine.objects.create(
                source=self.source, key=f"{quote.key}/{self.dice.random()}", published_at=NOW, quote=quote,
                quantity=quantity, net_amount=Decimal(quantity * self.dice.randint(1, 99)), currency=quote.currency,
                product_ref=self._product(),
            )  # fmt: skip

    def lead(self, account: models.Account) -> None:
        """A lead of a campaign, or of none, that led to a deal the customer has."""
        deal = models.Opportunity.objects.filter(account=account).order_by("pk").last()
        head = self._head(account) | {"opportunity": deal}
        campaign = models.Campaign.objects.create(source=self.source, key=f"{head['key']}/C", published_at=NOW)
        models.Lead.objects.create(**head, campaign=self.dice.choice([None, campaign]))

    def contact(self, account: models.Account) -> None:
        models.Contact.objects.create(
            account=account, record_count=self.dice.choice([0, 1, 2]), created_at=NOW, changed_at=NOW
        )

    def agreement(self, account: models.Account) -> None:
        """A promise made here, and a dispute about an invoice."""
        models.PaymentPromise.objects.create(
            account=account, promised_date=self._day(500), made_by_label="Clerk", made_at=NOW,
            amount=Decimal(models.PaymentPromise.objects.count() + 1),
            state=self.dice.choice(["open", "kept", "broken", "withdrawn"]),
        )  # fmt: skip
        invoice = models.Invoice.objects.filter(account=account).order_by("pk").last()
        models.InvoiceDispute.objects.create(
            account=account, invoice=invoice, reason="price", opened_by_label="Clerk", opened_at=NOW,
            state=self.dice.choice(["open", "rejected"]),
        )  # fmt: skip

    def deal(self, account: models.Account) -> None:
        models.Opportunity.objects.create(
            **self._head(account), **self._money("base_amount", "amount"),
            state=self.dice.choice(["open", "won", "lost"]), probability=self.dice.choice([None, 25, 80]),
        )  # fmt: skip

    def ticket(self, account: models.Account) -> None:
        opened = datetime.combine(self._day(after=0), time(9), tzinfo=UTC)
        models.Ticket.objects.create(
            **self._head(account), status=self.dice.choice(["new", "open", "waiting", "solved", None]),
            priority=self.dice.choice(["low", "severe"]), sla_breached=self.dice.choice([True, False, None]),
            opened_at=opened, csat=self.dice.choice([None, 1, 5]),
            first_response_at=self.dice.choice([None, opened + timedelta(hours=self.dice.randint(1, 40))]),
        )  # fmt: skip

    def goods_return(self, account: models.Account) -> None:
        models.GoodsReturn.objects.create(
            **self._head(account), return_date=self.dice.choice([None, self._day(500, 5)]),
            status=self.dice.choice(["open", "received", "closed", "cancelled", None]),
        )  # fmt: skip

    def contract(self, account: models.Account) -> None:
        values = self._money("base_value", "value") | {"base_recurring_amount": Decimal(self.dice.randint(1, 99))}
        models.Contract.objects.create(
            **self._head(account), **values, status=self.dice.choice(["active", "active", "ended"]),
            end_date=self.dice.choice([None, self._day(300, 300)]), renewal_date=self._day(100, 200),
        )  # fmt: skip

    def promise(self, account: models.Account) -> None:
        models.Promise.objects.create(
            **self._head(account), promised_date=self._day(500), status=self.dice.choice(["open", "kept", "broken"])
        )

    def activity(self, account: models.Account) -> None:
        models.Activity.objects.create(
            **self._head(account), kind=self.dice.choice(["call", "meeting", "mail", "note"]),
            direction=self.dice.choice(["in", "out", "both", None]),
            happened_at=datetime.combine(self._day(after=5), time(9), tzinfo=UTC),
        )  # fmt: skip

    def merge(self, into: int, gone: int) -> None:
        """Documents follow their customer, as publish lets them."""
        self._move(self.accounts[gone], self.accounts[into])
        models.Account.objects.filter(pk=self.accounts[gone].pk).update(merged_into=self.accounts[into])

    def unmerge(self, kept: int, back: int, keys: list[str]) -> None:
        """The papers of those keys go back to a customer of their own."""
        models.Account.objects.filter(pk=self.accounts[back].pk).update(merged_into=None)
        self._move(self.accounts[kept], self.accounts[back], keys)

    def _move(self, of: models.Account, to: models.Account, keys: list[str] | None = None) -> None:
        for model in TABLES:
            table = model._meta.db_table
            execute(
                f"UPDATE {table} SET account_id = %s WHERE account_id = %s AND (%s::text[] IS NULL OR key = ANY(%s))",
                [to.pk, of.pk, keys, keys],
            )


KINDS = (
    "invoice", "invoice", "invoice", "invoice", "credit", "payment", "order", "order", "order", "deal", "ticket",
    "contract", "promise", "activity", "quote", "quote", "lead", "contact", "agreement",
    "goods_return",
)  # fmt: skip
TABLES = (
    models.Invoice, models.CreditNote, models.Payment, models.Order, models.Opportunity, models.Ticket,
    models.Contract, models.Promise, models.Activity, models.Quote, models.Lead,
    models.GoodsReturn,
)  # fmt: skip

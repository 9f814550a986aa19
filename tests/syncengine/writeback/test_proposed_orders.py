"""A won deal without an order proposes one to the ERP: approved, complete, with its lines, and once."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts import proposals
from accounts.models import Account, ChangeRequest, Order, Source
from syncengine.models import OutboxMessage
from syncengine.pipeline import refresh_records
from syncengine.policies.apply import apply_folder
from syncengine.selectors.outbox import list_kept
from syncengine.writeback.rounds import send_round
from tests.factories import (
    AccountCrosswalkFactory,
    AccountFactory,
    ProductCrosswalkFactory,
    ProductFactory,
    UserFactory,
    make,
)
from tests.factories.world import NOW

TABLES = """
CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT);
CREATE TABLE sale (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, reference TEXT, amount TEXT, currency TEXT,
                   marker TEXT UNIQUE);
CREATE TABLE sale_line (id INTEGER PRIMARY KEY, sale INTEGER NOT NULL, product TEXT, quantity TEXT, price TEXT);
"""
SOURCE = """
source: {name}
label: {label}
kind: sql
system: {name}
connection: {{url: "sqlite:///{path}"}}
streams:
  accounts: {{object: account, read: {{table: account}}, key: id, fields: {{name: name}}}}
"""
PROPOSED = """
copies:
  proposed_orders:
    object: opportunity
    of: crm
    when: {state: won}
    unless: [order]
    approved_by: executive
    first_order: true
    read: {table: sale}
    key: id
    fields: {account: customer, number: reference, amount: amount, currency: currency}
    write: {fields: [account, number, amount, currency], correlation: marker}
    lines:
      object: opportunity_line
      into: {table: sale_line, parent: sale}
      fields: {product: product, quantity: quantity, unit_price: price}
"""


class Shop:
    """A CRM and an ERP, the ERP in a file, and a customer both know."""

    def __init__(self, home: Path) -> None:
        self.file, self.now = home / "erp.sqlite", NOW
        with sqlite3.connect(self.file) as connection:
            connection.executescript(TABLES)
        (home / "policies").mkdir()
        for name in ("crm", "erp"):
            text = SOURCE.format(name=name, label=name.upper(), path=self.file) + (PROPOSED if name == "erp" else "")
            (home / "policies" / f"{name}.yaml").write_text(text, encoding="utf-8")
        (home / "policies" / "reference.yaml").write_text("base_currency: EUR\nlegal_entities: []\n", encoding="utf-8")
        apply_folder(home / "policies", by=None, now=NOW)
        self.crm, self.erp = (Source.objects.get(name=name) for name in ("crm", "erp"))
        self.account: Account = AccountFactory(source_ids=[self.crm.pk, self.erp.pk])
        for source, key in ((self.crm, "C1"), (self.erp, "E1")):
            AccountCrosswalkFactory(account=self.account, source=source, key=key)
        product = ProductFactory()
        mine = ProductCrosswalkFactory(product=product, source=self.crm, key="P-crm")
        ProductCrosswalkFactory(product=product, source=self.erp, key="P-erp")
        self.deal = make("opportunity", source=self.crm, account=self.account, number="D-1", state="open",
                         account_ref=self.account.crosswalk.get(source=self.crm))  # fmt: skip
        make("opportunity_line", source=self.crm, opportunity=self.deal, product_ref=mine, quantity=Decimal(3))

    def win(self) -> None:
        type(self.deal).objects.filter(pk=self.deal.pk).update(state="won", published_at=self.now)

    def send(self, after: timedelta = timedelta(minutes=2)) -> list[str]:
        self.now += after
        send_round(refresh=refresh_records, clock=self._clock)
        return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))

    def sold(self, table: str, *names: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.file) as connection:
            return connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY id").fetchall()

    def _clock(self) -> datetime:
        return self.now


@pytest.fixture
def shop(db: None, tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def approve(shop: Shop) -> None:
    proposals.approve(request=ChangeRequest.objects.get(), user=UserFactory(role="executive"), now=shop.now)


def test_a_won_deal_becomes_an_order_with_lines_once_somebody_agrees(shop: Shop) -> None:
    assert shop.send() == []
    shop.win()

    assert shop.send() == ["waiting"]
    request, chief = ChangeRequest.objects.get(), UserFactory(role="executive")
    proposal = proposals.get_proposal(chief, request.pk)
    assert proposal is not None
    assert (proposal.title, proposal.decidable) == ("Opportunity to be created", True)
    assert {wish.field.name: wish.after for wish in proposal.wishes}["number"] == "D-1"
    approve(shop)

    assert shop.send() == ["confirmed"]
    assert shop.sold("sale", "customer", "reference", "amount", "currency") == [("E1", "D-1", "100", "EUR")]
    assert shop.sold("sale_line", "sale", "product", "quantity") == [(1, "P-erp", "3")]
    assert shop.send() == ["confirmed"], "one decision, one order"
    (kept,) = list_kept(UserFactory(role="sales"), shop.account)
    assert (kept.label, kept.number, kept.target, kept.key, kept.word) == (
        "Opportunity", "D-1", "ERP", "1", "Confirmed"
    )  # fmt: skip


def test_a_first_order_waits_for_what_billing_it_takes(shop: Shop) -> None:
    Account.objects.filter(pk=shop.account.pk).update(tax_id=None, payment_terms=None)
    shop.win()
    shop.send()
    approve(shop)

    assert shop.send() == ["planned"]
    reason = OutboxMessage.objects.get().reason
    assert reason == "a first order waits for its customer's tax id, payment terms"
    Account.objects.filter(pk=shop.account.pk).update(tax_id="DE1", payment_terms="30")

    assert shop.send() == ["confirmed"]


def test_a_deal_that_has_its_order_proposes_none(shop: Shop) -> None:
    make("order", source=shop.erp, account=shop.account, opportunity=shop.deal)
    shop.win()

    assert (shop.send(), Order.objects.count()) == ([], 1)


def test_what_was_refused_is_not_asked_again(shop: Shop) -> None:
    shop.win()
    shop.send()
    chief = UserFactory(role="executive")
    proposals.reject(request=ChangeRequest.objects.get(), user=chief, now=shop.now, answer="not before the deposit")

    assert (shop.send(), shop.send()) == (["cancelled"], ["cancelled"])
    assert shop.sold("sale", "id") == []

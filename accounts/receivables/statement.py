"""The account statement: every open item of a customer on a day, by currency, with its balance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.access import treatment
from accounts.access.fields import Reader
from accounts.models import Account, CreditNote, Invoice, Payment
from accounts.selectors.export import csv_line
from accounts.selectors.receivables import OPEN, bucket_of, days_overdue

HEADS = ("Kind", "Number", "Date", "Due", "Days overdue", "Original", "Open", "Currency", "Legal entity", "Remark")


@dataclass(frozen=True)
class Item:
    """One open paper; what the customer has to its credit is negative."""

    kind: str
    number: str
    day: date | None
    due: date | None
    days: int
    original: Decimal | None
    open: Decimal
    currency: str
    legal_entity: str
    remark: str = ""

    @property
    def cells(self) -> tuple[object, ...]:
        """The item as a line of a table."""
        late = self.days if self.days > 0 else None
        return (
            self.kind, self.number, self.day, self.due, late, self.original, self.open, self.currency,
            self.legal_entity, self.remark,
        )  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The items in one currency with their sums."""

    currency: str
    items: Sequence[Item]

    @property
    def balance(self) -> Decimal:
        """What is owed in the end."""
        return sum((item.open for item in self.items), Decimal(0))

    @property
    def overdue(self) -> Decimal:
        """What is past its due date, credits not counted."""
        return sum((item.open for item in self.items if item.days > 0), Decimal(0))

    @property
    def buckets(self) -> dict[str, Decimal]:
        """Open invoices by age."""
        found: dict[str, Decimal] = {}
        for item in self.items:
            if item.kind == "Invoice":
                label = bucket_of(item.days)
                found[label] = found.get(label, Decimal(0)) + item.open
        return found


@dataclass(frozen=True)
class Statement:
    """A customer's open items as of a day."""

    account: Account
    as_of: date
    parts: Sequence[Part]

    def csv(self) -> Iterator[str]:
        """The statement line by line, safe to open in a spreadsheet."""
        yield csv_line(HEADS)
        for part in self.parts:
            for item in part.items:
                yield csv_line(item.cells)
            yield csv_line(("Balance", "", self.as_of, "", "", "", part.balance, part.currency, "", ""))


def get_statement(user: Reader, account: Account, *, as_of: date) -> Statement | None:
    """The statement; None for roles that see no receivables in full. Three queries."""
    if treatment(user, "receivable") != "full":
        return None
    items = sorted([*_invoices(account, as_of), *_credits(account), *_payments(account)], key=_order)
    currencies = dict.fromkeys(item.currency for item in items)
    parts = [Part(code, [item for item in items if item.currency == code]) for code in currencies]
    return Statement(account, as_of, sorted(parts, key=lambda part: part.currency))


def _order(item: Item) -> tuple[str, date, str]:
    return item.currency, item.day or date.min, item.number


def _invoices(account: Account, as_of: date) -> list[Item]:
    found = Invoice.objects.filter(OPEN, account=account)
    return [
        Item(
            "Invoice", row.number or row.key, row.invoice_date, row.due_date, days_overdue(row.due_date, as_of),
            row.gross_amount, row.open_amount or Decimal(0), row.currency or "", row.legal_entity or "",
            f"Disputed: {row.dispute_reason or 'no reason given'}" if row.disputed else "",
        )
        for row in found
    ]  # fmt: skip


def _credits(account: Account) -> list[Item]:
    found = CreditNote.objects.filter(account=account, deleted_at=None, open_amount__gt=0)
    return [
        Item("Credit note", row.number or row.key, row.credit_date, None, 0, _minus(row.gross_amount),
             -(row.open_amount or Decimal(0)), row.currency or "", row.legal_entity or "", row.reason or "")
        for row in found
    ]  # fmt: skip


def _payments(account: Account) -> list[Item]:
    found = Payment.objects.filter(account=account, deleted_at=None, unapplied_amount__gt=0)
    return [
        Item("Deposit" if row.kind == "deposit" else "Payment", row.number or row.key, row.payment_date, None, 0,
             _minus(row.amount), -(row.unapplied_amount or Decimal(0)), row.currency or "", row.legal_entity or "",
             "Not yet applied")
        for row in found
    ]  # fmt: skip


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount

"""Payments, what they settle, and promises to pay, one row as its source system keeps it."""

from __future__ import annotations

from django.db import models

from accounts.models import columns
from accounts.models.source_row import (
    SourceRow,
    account_cache,
    crosswalk,
    document,
    one_of,
    source_row,
)


class Payment(SourceRow):
    """Money received, with the part not yet applied."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    number = columns.text()
    kind = columns.code("payment", "deposit", "refund")
    payment_date = columns.day()
    amount = columns.money()
    unapplied_amount = columns.money()
    base_amount = columns.money()
    base_unapplied_amount = columns.money()
    currency = columns.currency()
    method = columns.text()
    legal_entity = columns.text()
    rate = columns.rate()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("payment") + one_of("payment", kind=["payment", "deposit", "refund"])
        indexes = [
            models.Index(fields=["account", "-payment_date"], name="payment_account"),
            models.Index(fields=["number"], name="payment_number"),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class Settlement(SourceRow):
    """What a payment or a credit note settles."""

    payment_key = columns.text()
    payment = document("Payment")
    credit_note_key = columns.text()
    credit_note = document("CreditNote")
    invoice_key = columns.text()
    invoice = document("Invoice")
    amount = columns.money()
    currency = columns.currency()
    settled_date = columns.day()

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("settlement")
        indexes = [
            models.Index(
                fields=["source", "payment_key"],
                name="settlement_payment_wait",
                condition=models.Q(payment__isnull=True, payment_key__isnull=False),
            ),
            models.Index(
                fields=["source", "credit_note_key"],
                name="settlement_credit_note_wait",
                condition=models.Q(credit_note__isnull=True, credit_note_key__isnull=False),
            ),
            models.Index(
                fields=["source", "invoice_key"],
                name="settlement_invoice_wait",
                condition=models.Q(invoice__isnull=True, invoice_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Promise(SourceRow):
    """A promise to pay an invoice."""

    account_ref = crosswalk("AccountCrosswalk", indexed=True)
    account = account_cache()
    invoice_key = columns.text()
    invoice = document("Invoice")
    amount = columns.money()
    currency = columns.currency()
    promised_date = columns.day()
    status = columns.code("open", "kept", "broken")

    class Meta(SourceRow.Meta):
        abstract = False
        constraints = source_row("promise") + one_of("promise", status=["open", "kept", "broken"])
        indexes = [
            models.Index(fields=["account", "-promised_date"], name="promise_account"),
            models.Index(
                fields=["source", "invoice_key"],
                name="promise_invoice_wait",
                condition=models.Q(invoice__isnull=True, invoice_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

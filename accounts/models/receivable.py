"""What people agree about money owed: promises and disputes kept here, dunning, holds released, collectors.

Each keeps the customer it was written on, as notes do.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import columns

PROMISE_STATES = ("open", "kept", "broken", "withdrawn")
DISPUTE_STATES = ("open", "accepted", "rejected")
DISPUTE_REASONS = ("price", "quantity", "quality", "delivery", "terms", "duplicate", "paid", "other")
DUNNING_KINDS = ("call", "mail", "letter", "visit")
RELEASE_STATES = ("requested", "approved", "refused", "ended")


def _person() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")


def _account() -> models.ForeignKey:
    return models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")


def _invoice() -> models.ForeignKey:
    return models.ForeignKey("accounts.Invoice", models.SET_NULL, null=True, blank=True, related_name="+")


def _one_of(field: str, values: tuple[str, ...], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


class PaymentPromise(models.Model):
    """A promise to pay that somebody here was given; kept or broken is found out from the invoice."""

    account = _account()
    invoice = _invoice()
    amount = columns.money()
    currency = columns.currency()
    promised_date = models.DateField()
    state = models.TextField(default="open")
    note = models.TextField(blank=True, default="")
    made_by = _person()
    made_by_label = models.TextField()
    made_at = models.DateTimeField()
    settled_date = columns.day()

    class Meta:
        constraints = [
            _one_of("state", PROMISE_STATES, "payment_promise_state_known"),
            models.UniqueConstraint(  # a second click gives no second promise
                fields=["account", "invoice", "amount", "currency", "promised_date"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="payment_promise_given_once",
            ),
        ]
        indexes = [models.Index(fields=["promised_date", "id"], name="payment_promise_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.promised_date} {self.state}"


class InvoiceDispute(models.Model):
    """An invoice the customer does not accept as it stands."""

    account = _account()
    invoice = _invoice()
    reason = models.TextField()
    amount = columns.money()
    currency = columns.currency()
    note = models.TextField(blank=True, default="")
    state = models.TextField(default="open")
    outcome = models.TextField(blank=True, default="")
    opened_by = _person()
    opened_by_label = models.TextField()
    opened_at = models.DateTimeField()
    closed_by_label = models.TextField(blank=True, default="")
    closed_at = columns.instant()

    class Meta:
        constraints = [
            _one_of("state", DISPUTE_STATES, "invoice_dispute_state_known"),
            _one_of("reason", DISPUTE_REASONS, "invoice_dispute_reason_known"),
        ]
        indexes = [models.Index(fields=["invoice"], name="invoice_dispute_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.reason} {self.state}"


class DunningEntry(models.Model):
    """Somebody asked the customer for money."""

    account = _account()
    invoice = _invoice()
    kind = models.TextField()
    text = models.TextField(blank=True, default="")
    by = _person()
    by_label = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [_one_of("kind", DUNNING_KINDS, "dunning_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class HoldRelease(models.Model):
    """A credit hold lifted until a day; who asks is never who approves."""

    account = _account()
    reason = models.TextField()
    until_date = models.DateField()
    state = models.TextField(default="requested")
    requested_by = _person()
    requested_by_label = models.TextField()
    requested_at = models.DateTimeField()
    decided_by = _person()
    decided_by_label = models.TextField(blank=True, default="")
    decided_at = columns.instant()
    decision_note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            _one_of("state", RELEASE_STATES, "hold_release_state_known"),
            models.UniqueConstraint(fields=["account"], condition=Q(state="requested"), name="hold_release_asked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.state} until {self.until_date}"


class Collection(models.Model):
    """Who collects a customer's receivables, where we decided it rather than the ERP."""

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="collection")
    collector = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="collections")
    assigned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.collector_id}"

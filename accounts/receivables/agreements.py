"""Promises to pay, disputes and reminders that people here keep, beside those the ERP tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts import audit
from accounts.access import scope_of, treatment
from accounts.frames import execute, rows
from accounts.models import Account, DunningEntry, Invoice, InvoiceDispute, PaymentPromise, Promise, User
from accounts.models.receivable import DISPUTE_REASONS, DUNNING_KINDS
from accounts.workspace.family import account_family

SHOWN = 50
AGREEMENT_LOCK = 7305  # beside the customer's id
AGAIN = timedelta(minutes=1)
# A promise is kept when its invoice was paid by the day promised, or money of that amount came by then, be it in parts.
SETTLE = """
    UPDATE accounts_paymentpromise p SET settled_date = %(today)s,
        state = CASE WHEN i.status = 'paid' AND i.paid_date <= p.promised_date
            OR p.amount <= (SELECT sum(m.amount) FROM accounts_payment m WHERE m.account_id = t.account_id
                AND m.deleted_at IS NULL AND m.kind IS DISTINCT FROM 'refund' AND m.currency = p.currency
                AND m.payment_date BETWEEN p.made_at::date AND p.promised_date) THEN 'kept' ELSE 'broken' END
    FROM accounts_paymentpromise q
    JOIN accounts_account a ON a.id = q.account_id
    JOIN touched_accounts t ON t.account_id = coalesce(a.merged_into_id, a.id)
    LEFT JOIN accounts_invoice i ON i.id = q.invoice_id
    WHERE q.id = p.id AND p.state = 'open' AND (p.promised_date < %(today)s
        OR i.status = 'paid' AND i.paid_date <= p.promised_date)"""


class BadAgreement(ValueError):
    """The promise, dispute or reminder cannot be kept as told; says what to change."""


@dataclass(frozen=True)
class Agreements:
    """What was agreed with a customer about money, the latest first."""

    promises: Sequence[PaymentPromise]
    told: Sequence[Promise]  # promises the ERP tells of
    disputes: Sequence[InvoiceDispute]
    dunning: Sequence[DunningEntry]


def require_receivables(user: User, account: Account) -> None:
    """Refuses who does not see the customer's receivables in full."""
    if treatment(user, "receivable") != "full" or not scope_of(user).covers(account):
        raise PermissionDenied("Only who sees the customer's receivables can agree on them.")


def get_agreements(user: User, account: Account) -> Agreements | None:
    """Everything agreed with the customer and those merged into it; None where the role sees no receivables."""
    if treatment(user, "receivable") != "full":
        return None
    family = account_family(account)
    told = Promise.objects.filter(account=account, deleted_at=None) if treatment(user, "credit") == "full" else None
    return Agreements(
        promises=list(
            PaymentPromise.objects.filter(account__in=family).select_related("invoice").order_by("-made_at")[:SHOWN]
        ),
        told=list(told.select_related("invoice").order_by("-promised_date", "id")[:SHOWN]) if told is not None else [],
        disputes=list(
            InvoiceDispute.objects.filter(account__in=family).select_related("invoice").order_by("-opened_at")[:SHOWN]
        ),
        dunning=list(
            DunningEntry.objects.filter(account__in=family).select_related("invoice").order_by("-at", "-id")[:SHOWN]
        ),
    )


def _invoice_of(account: Account, id: int | None) -> Invoice | None:
    if id is None:
        return None
    found = Invoice.objects.filter(pk=id, account=account, deleted_at=None).first()
    if found is None:
        raise BadAgreement("The invoice is not one of this customer's. Choose one from the list.")
    return found


@transaction.atomic
def make_promise(
    *, account: Account, amount: Decimal, currency: str, promised_date: date, by: User, now: datetime,
    invoice_id: int | None = None, note: str = "",
) -> PaymentPromise:  # fmt: skip
    """A promise to pay an amount by a day; refused where the same one is open already."""
    require_receivables(by, account)
    if amount <= 0:
        raise BadAgreement("A promise needs an amount above zero.")
    if promised_date < now.date():
        raise BadAgreement("The promised day has passed. Give today or a later day.")
    made = _kept_once(
        account=account, invoice=_invoice_of(account, invoice_id), amount=amount, currency=currency,
        promised_date=promised_date, note=note.strip(), made_by=by, made_by_label=str(by), made_at=now,
    )  # fmt: skip
    _record("promise kept here", account, by, now, promise=made.pk, promised=str(promised_date))
    return made


def _kept_once(**values: Any) -> PaymentPromise:
    try:
        with transaction.atomic():
            return PaymentPromise.objects.create(**values)
    except IntegrityError as error:
        raise BadAgreement("This promise is kept already: same invoice, amount and day.") from error


@transaction.atomic
def withdraw_promise(*, promise: PaymentPromise, by: User, now: datetime) -> None:
    """The promise was entered by mistake; it counts neither as kept nor as broken."""
    require_receivables(by, promise.account)
    changed = PaymentPromise.objects.filter(pk=promise.pk, state="open").update(state="withdrawn")
    if not changed:
        raise BadAgreement("Only an open promise can be taken back.")
    _record("promise withdrawn", promise.account, by, now, promise=promise.pk)


def settle_promises(*, at: datetime, today: date) -> int:
    """Touched customers' promises whose day is over, or whose invoice is paid, are kept or broken; how many."""
    return execute(SETTLE, {"today": today})


@transaction.atomic
def open_dispute(
    *, account: Account, reason: str, by: User, now: datetime, invoice_id: int | None = None,
    amount: Decimal | None = None, note: str = "",
) -> InvoiceDispute:  # fmt: skip
    """The customer does not accept an invoice."""
    require_receivables(by, account)
    if reason not in DISPUTE_REASONS:
        raise BadAgreement(f"Give one of these reasons: {', '.join(DISPUTE_REASONS)}.")
    invoice = _invoice_of(account, invoice_id)
    _one_at_a_time(account)
    if invoice and InvoiceDispute.objects.filter(invoice=invoice, state="open").exists():
        raise BadAgreement("This invoice is disputed already. Close that dispute first.")
    made = InvoiceDispute.objects.create(
        account=account, invoice=invoice, reason=reason, note=note.strip(), opened_by=by, opened_by_label=str(by),
        opened_at=now, amount=amount, currency=invoice.currency if invoice else account.currency,
    )  # fmt: skip
    _record("dispute opened", account, by, now, dispute=made.pk, reason=reason)
    return made


@transaction.atomic
def close_dispute(*, dispute: InvoiceDispute, accepted: bool, outcome: str, by: User, now: datetime) -> None:
    """The customer was right, or was not."""
    require_receivables(by, dispute.account)
    state = "accepted" if accepted else "rejected"
    changed = InvoiceDispute.objects.filter(pk=dispute.pk, state="open").update(
        state=state, outcome=outcome.strip(), closed_at=now, closed_by_label=str(by)
    )
    if not changed:
        raise BadAgreement("The dispute is closed already.")
    _record(f"dispute {state}", dispute.account, by, now, dispute=dispute.pk)


@transaction.atomic
def log_dunning(
    *, account: Account, kind: str, by: User, now: datetime, text: str = "", invoice_id: int | None = None
) -> DunningEntry:
    """Somebody asked the customer for money; refused where the same was logged less than a minute ago."""
    require_receivables(by, account)
    if kind not in DUNNING_KINDS:
        raise BadAgreement(f"Say how: {', '.join(DUNNING_KINDS)}.")
    said = {"account": account, "invoice": _invoice_of(account, invoice_id), "kind": kind, "text": text.strip()}
    _one_at_a_time(account)
    if DunningEntry.objects.filter(**said, by=by, at__gt=now - AGAIN).exists():
        raise BadAgreement("You logged this reminder a moment ago.")
    made = DunningEntry.objects.create(**said, by=by, by_label=str(by), at=now)
    _record("reminder logged", account, by, now, kind=kind)
    return made


def _one_at_a_time(account: Account) -> None:
    """Of two clicks the second waits here, and then sees what the first has written."""
    rows("SELECT pg_advisory_xact_lock(%s, %s)", [AGREEMENT_LOCK, account.pk % 2_000_000_000])


def _record(action: str, account: Account, by: User, now: datetime, **detail: object) -> None:
    audit.record(user=by, action=action, object="account", row_id=account.pk, detail=detail, at=now)

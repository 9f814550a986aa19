"""What a customer owes and how late it is. Ageing is by due date; credits stand apart, never netted in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from accounts.access import treatment
from accounts.access.fields import Reader
from accounts.frames import rows
from accounts.models import Account, Invoice
from accounts.reference import TODAYS
from accounts.selectors.money import base_currency

# label -> last day of the bucket; the order of the bar
BUCKETS: dict[str, int | None] = {"Not due": 0, "1–30": 30, "31–60": 60, "61–90": 90, "90+": None}
OPEN = Q(status="open", open_amount__gt=0, deleted_at__isnull=True)
ZERO = Decimal(0)
# Grain: one open invoice of the customer; the amount in our currency at the rate of the day, else as booked.
ITEMS = f"""
    SELECT number, due_date, coalesce(open_amount * of_day, base_open_amount) FROM accounts_invoice {TODAYS}
    WHERE account_id = %(account)s AND status = 'open' AND open_amount > 0 AND deleted_at IS NULL ORDER BY id"""
AHEAD = f"""
    SELECT (SELECT sum(coalesce(open_amount * of_day, base_open_amount)) FROM accounts_creditnote {TODAYS}
            WHERE account_id = %(account)s AND coalesce(open_amount, base_open_amount) > 0 AND deleted_at IS NULL),
        (SELECT sum(coalesce(unapplied_amount * of_day, base_unapplied_amount)) FROM accounts_payment {TODAYS}
            WHERE account_id = %(account)s AND coalesce(unapplied_amount, base_unapplied_amount) > 0
                AND deleted_at IS NULL)"""


@dataclass(frozen=True)
class Ageing:
    """Open receivables by age in our base currency, at the rates of the day."""

    buckets: dict[str, Decimal]
    credits: Decimal
    unapplied: Decimal
    currency: str
    as_of: date
    oldest_days: int | None
    items: int
    unrated: int  # open items without an amount in the base currency; in no sum

    @property
    def total(self) -> Decimal:
        """Everything open."""
        return sum(self.buckets.values(), ZERO)

    @property
    def overdue(self) -> Decimal:
        """What is past its due date."""
        return self.total - self.buckets["Not due"]

    @property
    def net(self) -> Decimal:
        """Open receivables less credits and money not yet applied."""
        return self.total - self.credits - self.unapplied

    @property
    def overdue_share(self) -> Decimal | None:
        """Percent of what is open that is overdue; nothing open has no share."""
        return self.overdue * 100 / self.total if self.total else None


def days_overdue(due: date | None, as_of: date) -> int:
    """Days past the due date, negative before it; without a due date nothing is late."""
    return (as_of - due).days if due else 0


def bucket_of(days: int) -> str:
    """The bucket of an item that is so many days overdue."""
    return next(label for label, last in BUCKETS.items() if last is None or days <= last)


def is_open(invoice: Invoice) -> bool:
    """Whether something is still owed on the invoice."""
    return invoice.status == "open" and (invoice.open_amount or ZERO) > 0


def get_ageing(user: Reader, account: Account, *, as_of: date) -> Ageing | None:
    """Ageing of one customer on a day; None for roles that see no receivables in full."""
    if treatment(user, "receivable") != "full":
        return None
    items = [(due, amount) for _, due, amount in list_owed(account, as_of)]
    [(credits, unapplied)] = rows(AHEAD, {"account": account.pk, "today": as_of})
    buckets = dict.fromkeys(BUCKETS, ZERO)
    for due, amount in items:
        buckets[bucket_of(days_overdue(due, as_of))] += amount or ZERO
    late = [days_overdue(due, as_of) for due, _ in items if days_overdue(due, as_of) > 0]
    return Ageing(
        buckets=buckets,
        credits=credits or ZERO,
        unapplied=unapplied or ZERO,
        currency=base_currency(),
        as_of=as_of,
        oldest_days=max(late, default=None),
        items=len(items),
        unrated=sum(amount is None for _, amount in items),
    )


def list_owed(account: Account, as_of: date) -> list[tuple[str | None, date | None, Decimal | None]]:
    """Number, due date and amount in our currency of each open invoice; None where no rate is known."""
    return rows(ITEMS, {"account": account.pk, "today": as_of})

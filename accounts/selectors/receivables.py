"""What a customer owes and how late it is. Ageing is by due date; credits stand apart, never netted in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.access import treatment
from accounts.access.fields import Reader
from accounts.models import Account, CreditNote, Invoice, Payment
from accounts.selectors.money import base_currency

# label -> last day of the bucket; the order of the bar
BUCKETS: dict[str, int | None] = {"Not due": 0, "1–30": 30, "31–60": 60, "61–90": 90, "90+": None}
OPEN = Q(status="open", open_amount__gt=0, deleted_at__isnull=True)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Ageing:
    """Open receivables by age in our base currency, at the rates they were booked at."""

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
    items = list(Invoice.objects.filter(OPEN, account=account).values_list("due_date", "base_open_amount"))
    buckets = dict.fromkeys(BUCKETS, ZERO)
    for due, amount in items:
        buckets[bucket_of(days_overdue(due, as_of))] += amount or ZERO
    late = [days_overdue(due, as_of) for due, _ in items if days_overdue(due, as_of) > 0]
    credits, unapplied = _credits(account), _unapplied(account)
    return Ageing(
        buckets=buckets,
        credits=credits,
        unapplied=unapplied,
        currency=base_currency(),
        as_of=as_of,
        oldest_days=max(late, default=None),
        items=len(items),
        unrated=sum(amount is None for _, amount in items),
    )


def _credits(account: Account) -> Decimal:
    rows = CreditNote.objects.filter(account=account, deleted_at__isnull=True, base_open_amount__gt=0)
    return rows.aggregate(total=Coalesce(Sum("base_open_amount"), ZERO))["total"]


def _unapplied(account: Account) -> Decimal:
    rows = Payment.objects.filter(account=account, deleted_at__isnull=True, base_unapplied_amount__gt=0)
    return rows.aggregate(total=Coalesce(Sum("base_unapplied_amount"), ZERO))["total"]

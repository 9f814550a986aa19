"""Receivables of all customers a reader sees: headlines, ageing by group, and promises by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from accounts.access import listed_accounts, treatment
from accounts.access.fields import Reader
from accounts.models import Account, PaymentPromise, Promise

ZERO = Decimal(0)
BUCKETS = {
    "not_due": "Not due",
    "overdue_1_30": "1–30",
    "overdue_31_60": "31–60",
    "overdue_61_90": "61–90",
    "overdue_over_90": "90+",
}
SUMS = (*BUCKETS, "open_receivable", "overdue_receivable", "opening_receivable", "credit_sales_90d", "unapplied_cash",
        "open_credits", "held_orders", "disputed_receivable", "backlog", "shipped_not_invoiced")  # fmt: skip
GROUPS = ("owner", "country", "segment")


@dataclass(frozen=True)
class Portfolio:
    """Sums over the customers seen, and what they say about collecting."""

    sums: dict[str, Decimal]

    def __getitem__(self, name: str) -> Decimal:
        return self.sums[name]

    @property
    def net(self) -> Decimal:
        """Open receivables less credits and money not yet applied."""
        return self["open_receivable"] - self["open_credits"] - self["unapplied_cash"]

    @property
    def overdue_share(self) -> Decimal | None:
        """Percent of what is owed that is late."""
        return self["overdue_receivable"] * 100 / self["open_receivable"] if self["open_receivable"] else None

    @property
    def dso(self) -> Decimal | None:
        """Days of sales that are still owed; None without sales in the window."""
        return self._days(self["open_receivable"])

    @property
    def best_dso(self) -> Decimal | None:
        """DSO if nobody were late."""
        return self._days(self["not_due"])

    @property
    def delinquent_days(self) -> Decimal | None:
        """How much of the DSO is lateness."""
        return None if self.dso is None or self.best_dso is None else self.dso - self.best_dso

    @property
    def effectiveness(self) -> Decimal | None:
        """Percent of what could be collected in 90 days that was."""
        due = self["opening_receivable"] + self["credit_sales_90d"]
        could = due - self["not_due"]
        return (due - self["open_receivable"]) * 100 / could if could > 0 else None

    @property
    def buckets(self) -> dict[str, Decimal]:
        """Open amounts by age, as the bar shows them."""
        return {label: self[name] for name, label in BUCKETS.items()}

    def _days(self, owed: Decimal) -> Decimal | None:
        return owed * 90 / self["credit_sales_90d"] if self["credit_sales_90d"] > 0 else None


def get_portfolio(user: Reader, accounts: QuerySet[Account] | None = None) -> Portfolio | None:
    """The portfolio of a reader; None for roles that see no receivables in full."""
    if treatment(user, "receivable") != "full":
        return None
    seen = listed_accounts(user) if accounts is None else accounts
    return sum_portfolio(seen)


def sum_portfolio(accounts: QuerySet[Account]) -> Portfolio:
    """The sums of these customers; one statement."""
    found = accounts.order_by().aggregate(**{name: Sum(f"figures__{name}") for name in SUMS})
    return Portfolio({name: found[name] or ZERO for name in SUMS})


def ageing_by(user: Reader, group: str, accounts: QuerySet[Account] | None = None, *, limit: int = 25) -> list[Any]:
    """(value of the group, portfolio) by owner, country or segment, the largest overdue first."""
    if treatment(user, "receivable") != "full" or group not in GROUPS:
        return []
    return sum_groups(listed_accounts(user) if accounts is None else accounts, group, limit=limit)


def sum_groups(accounts: QuerySet[Account], group: str, *, limit: int = 25) -> list[Any]:
    """The sums of the customers who owe something, by a field; one statement."""
    owing = accounts.order_by().filter(figures__open_receivable__gt=0)
    found: Any = (
        owing.values(value=F(f"summary__{group}"))
        .annotate(**{name: Sum(f"figures__{name}") for name in SUMS})
        .order_by(F("overdue_receivable").desc(nulls_last=True), "value")[:limit]
    )
    return [(row["value"], Portfolio({name: row[name] or ZERO for name in SUMS})) for row in found]


@dataclass(frozen=True)
class Promised:
    """A promise on its day, whoever keeps the record."""

    day: date
    account_id: int
    name: str
    amount: Decimal | None
    currency: str | None
    state: str
    kept_here: bool


def list_promises(
    user: Reader, *, today: date, days: int = 28, limit: int = 200
) -> list[tuple[date, Sequence[Promised]]]:
    """Open promises by day, from a week ago on; two queries."""
    if treatment(user, "receivable") != "full" or treatment(user, "credit") != "full":
        return []
    window = (today - timedelta(days=7), today + timedelta(days=days))
    seen = listed_accounts(user).values("pk")
    ours = PaymentPromise.objects.filter(state="open", promised_date__range=window, account__in=seen)
    told = Promise.objects.filter(status="open", promised_date__range=window, account__in=seen, deleted_at=None)
    found = [
        Promised(row.promised_date, row.account_id, str(row.account), row.amount, row.currency, "open", here)  # type: ignore[arg-type]
        for rows, here in ((ours, True), (told, False))
        for row in rows.select_related("account").order_by("promised_date", "id")[:limit]
    ]
    found.sort(key=lambda row: (row.day, row.name))
    return [(day, [row for row in found if row.day == day]) for day in dict.fromkeys(row.day for row in found)]

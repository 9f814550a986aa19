"""Whom to call first: overdue customers by what a call is worth, and who calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.access import listed_accounts, treatment
from accounts.access.fields import Reader
from accounts.frames import rows
from accounts.models import Account, Collection, User, columns

LOOKED_AT = 2_000  # the largest overdue amounts; smaller ones never outrank them by more than a factor of 4.5
# Grain: one row a customer with something overdue. The formula is the registry's worklist_priority.
RANKED = """
    SELECT s.account_id, s.overdue_receivable, s.open_receivable, f.disputed_receivable, f.days_beyond_terms,
        %(today)s::date - s.oldest_due_date AS oldest_days, f.broken_promises, coming.promised_date,
        last.at AS reminded_at, coalesce(u.email, a.collector) AS collector,
        (s.overdue_receivable - coalesce(f.disputed_receivable, 0))
            * (1 + least(greatest(%(today)s::date - s.oldest_due_date, 0), 180) / 90.0)
            * (1 + 0.25 * least(coalesce(f.broken_promises, 0), 2))
            * CASE WHEN coming.promised_date IS NULL THEN 1 ELSE 0.25 END AS priority
    FROM accounts_accountsummary s JOIN accounts_account a ON a.id = s.account_id
    LEFT JOIN accounts_accountfigures f ON f.account_id = s.account_id
    LEFT JOIN accounts_collection c ON c.account_id = s.account_id LEFT JOIN accounts_user u ON u.id = c.collector_id
    LEFT JOIN LATERAL (SELECT min(p.promised_date) AS promised_date FROM accounts_paymentpromise p
        WHERE p.account_id = s.account_id AND p.state = 'open' AND p.promised_date >= %(today)s) coming ON true
    LEFT JOIN LATERAL (SELECT max(d.at) AS at FROM accounts_dunningentry d WHERE d.account_id = s.account_id) last
        ON true
    WHERE s.account_id = ANY(%(ids)s)
        AND (%(collector)s::text IS NULL OR coalesce(u.email, a.collector) = %(collector)s)
    ORDER BY priority DESC NULLS LAST, s.account_id LIMIT %(limit)s"""


@dataclass(frozen=True)
class WorkItem:
    """One customer to call, and why now."""

    account_id: int
    name: str
    overdue: Decimal
    open: Decimal
    disputed: Decimal | None
    beyond_terms: Decimal | None
    oldest_days: int | None
    broken: int | None
    promised_date: date | None
    reminded_at: datetime | None
    collector: str | None
    priority: Decimal

    @property
    def next_action(self) -> str:
        """What the facts suggest to do first."""
        if self.promised_date:
            return "Wait for the promise"
        if self.disputed and self.disputed >= self.overdue:
            return "Settle the dispute"
        if self.reminded_at is None:
            return "Remind"
        return "Call" if (self.oldest_days or 0) < 60 else "Escalate"


def list_worklist(
    user: Reader,
    *,
    today: date,
    collector: str | None = None,
    accounts: QuerySet[Account] | None = None,
    limit: int = 50,
) -> list[WorkItem]:
    """Overdue customers the user sees, those most worth a call first; three queries."""
    if treatment(user, "receivable") != "full":
        return []
    seen = listed_accounts(user) if accounts is None else accounts
    owed = "summary__overdue_receivable"
    late = seen.filter(columns.positive(owed)).order_by(columns.or_zero(owed).desc(), "-summary__account")
    names = {account.pk: str(account) for account in late.only("pk", "name", "legal_name")[:LOOKED_AT]}
    params: dict[str, Any] = {"ids": list(names), "today": today, "collector": collector, "limit": limit}
    found = rows(RANKED, params)
    return [_item(names, row) for row in found]


def _item(names: dict[int, str], row: tuple[Any, ...]) -> WorkItem:
    id, overdue, owed, disputed, beyond, oldest, broken, promised, reminded, collector, priority = row
    return WorkItem(
        id, names[id], overdue, owed or Decimal(0), disputed, beyond, oldest, broken, promised, reminded, collector,
        priority,
    )  # fmt: skip


@transaction.atomic
def assign_collector(*, account: Account, collector: User, by: User, now: datetime) -> None:
    """Somebody collects from this customer from now on, whatever the ERP says."""
    for person in (by, collector):
        if treatment(person, "receivable") != "full":
            raise PermissionDenied(f"{person} does not see receivables.")
    Collection.objects.update_or_create(account=account, defaults={"collector": collector, "assigned_at": now})
    detail = {"collector": str(collector)}
    audit.record(user=by, action="collector assigned", object="account", row_id=account.pk, detail=detail, at=now)

"""The credit profile: limit, what counts against it, holds and releases, and what a new order would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from accounts.access import scope_of, shown, treatment, visible_accounts
from accounts.access.fields import Reader
from accounts.frames import rows
from accounts.models import Account, AccountFigures, EntityFigures, HoldRelease
from accounts.selectors.money import latest_rates

ZERO = Decimal(0)
PARTS = (
    ("open_receivable", "Open receivables", 1),
    ("shipped_not_invoiced", "Shipped, not invoiced", 1),
    ("backlog", "Ordered, not shipped", 1),
    ("unapplied_cash", "Unapplied cash", -1),
    ("deposits", "Deposits", -1),
)
# Grain: one row a company of the group below and including the one the limit was set for.
BELOW = """
    WITH RECURSIVE tree AS (
        SELECT %s::bigint AS id UNION SELECT a.id FROM accounts_account a JOIN tree ON a.parent_id = tree.id
            WHERE a.merged_into_id IS NULL)
    SELECT id FROM tree"""
ABOVE = """
    WITH RECURSIVE line AS (
        SELECT id, parent_id, credit_limit, 0 AS height FROM accounts_account WHERE id = %s
        UNION ALL SELECT a.id, a.parent_id, a.credit_limit, line.height + 1 FROM accounts_account a
            JOIN line ON a.id = line.parent_id WHERE line.height < 20)
    SELECT id FROM line WHERE credit_limit IS NOT NULL ORDER BY height LIMIT 1"""


@dataclass(frozen=True)
class CreditProfile:
    """Where a customer stands against the limit that binds it, its own or its group's."""

    limit: Decimal | None
    scope: str  # own | group | none
    holder: Account | None
    exposure: Decimal
    available: Decimal | None
    used: Decimal | None
    parts: Sequence[tuple[str, Decimal]]
    entities: Sequence[EntityFigures]
    fields: dict[str, object]
    releases: Sequence[HoldRelease]
    companies: int = 1
    seen_companies: int = 1

    @property
    def tone(self) -> str:
        """bad where the limit is exceeded, warn from 80 %."""
        return "" if self.used is None else "bad" if self.used > 100 else "warn" if self.used >= 80 else "ok"


@dataclass(frozen=True)
class WhatIf:
    """What a new order would do to the credit."""

    exposure: Decimal
    available: Decimal | None
    used: Decimal | None
    blocked_by: tuple[str, ...]


FIELDS = (
    "credit_limit", "credit_currency", "credit_limit_set_by", "credit_limit_expires_date", "temporary_limit", "insurer",
    "risk_class", "credit_hold", "credit_hold_reason", "credit_hold_since_date", "payment_terms",
)  # fmt: skip


def get_credit(user: Reader, account: Account, *, today: date) -> CreditProfile | None:
    """The profile of a customer; None for roles that see no credit in full."""
    if treatment(user, "credit") != "full" or treatment(user, "receivable") != "full":
        return None
    holder = _holder(account)
    mine = getattr(account, "figures", None)
    fields = shown({name: getattr(account, name) for name in FIELDS}, user, "account").values
    releases = list(HoldRelease.objects.filter(account=account).order_by("-requested_at")[:5])
    entities = list(EntityFigures.objects.filter(account=account).order_by("legal_entity"))
    own = mine.exposure or ZERO if mine else ZERO
    parts = [(label, sign * (getattr(mine, name, None) or ZERO)) for name, label, sign in PARTS]
    if holder is None or holder.pk == account.pk:
        limit = _limit(account, today)
        return CreditProfile(
            limit, "own" if holder else "none", holder, own, *_room(limit, own), parts, entities, fields, releases
        )
    ids = [id for (id,) in rows(BELOW, [holder.pk])]
    seen = visible_accounts(user).filter(pk__in=ids).values("pk")
    total = AccountFigures.objects.filter(pk__in=seen).aggregate(sum=Sum("exposure"))["sum"] or ZERO
    limit = _limit(holder, today)
    visible = holder if scope_of(user).covers(holder) else None
    return CreditProfile(
        limit, "group", visible, total, *_room(limit, total), parts, entities, fields, releases, len(ids), seen.count()
    )  # fmt: skip


def _holder(account: Account) -> Account | None:
    """The company whose limit binds: the customer itself, else the nearest above it that has one."""
    found = rows(ABOVE, [account.pk])
    return Account.objects.get(pk=found[0][0]) if found else None


def _limit(account: Account, today: date) -> Decimal | None:
    """The limit in our base currency; a higher temporary one counts until the last day."""
    if account.credit_limit is None:
        return None
    currency = account.credit_currency or account.currency
    rate = latest_rates().get(currency) if currency else Decimal(1)
    if rate is None:
        return None
    running = account.credit_limit_expires_date is not None and account.credit_limit_expires_date >= today
    raised = account.temporary_limit if running and account.temporary_limit else ZERO
    return max(account.credit_limit, raised) * rate


def _room(limit: Decimal | None, exposure: Decimal) -> tuple[Decimal | None, Decimal | None]:
    if limit is None:
        return None, None
    return limit - exposure, exposure * 100 / limit if limit else None


def what_if(profile: CreditProfile, account: Account, amount: Decimal, *, today: date) -> WhatIf:
    """Exposure after an order of the amount in our base currency, and every rule that would block it."""
    exposure = profile.exposure + amount
    available, used = _room(profile.limit, exposure)
    released = any(row.state == "approved" and row.until_date >= today for row in profile.releases)
    reasons = []
    if account.credit_hold and not released:
        reasons.append("The customer is on hold.")
    if available is not None and available < 0:
        reasons.append("The limit would be exceeded.")
    if account.credit_limit_expires_date and account.credit_limit_expires_date < today:
        reasons.append("The limit has expired.")
    return WhatIf(exposure, available, used, tuple(reasons))

"""What happened with a customer: one stream over all kinds of documents the user sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.access.fields import Reader, may_list
from accounts.models import Account
from accounts.selectors.sources import sources

# object -> (when, title, state, amount, currency) as SQL over its table; each branch reads its own index
# on (account, when) and stops at the limit.
BRANCHES: dict[str, tuple[str, str, str, str, str]] = {
    "opportunity": ("opened_at", "coalesce(name, number, key)", "state", "amount", "currency"),
    "quote": ("quote_date", "coalesce(number, key)", "status", "net_amount", "currency"),
    "order": ("order_date", "coalesce(number, key)", "status", "net_amount", "currency"),
    "shipment": ("shipped_date", "coalesce(number, key)", "status", "NULL", "NULL"),
    "invoice": ("invoice_date", "coalesce(number, key)", "status", "gross_amount", "currency"),
    "payment": ("payment_date", "coalesce(number, key)", "kind", "amount", "currency"),
    "credit_note": ("credit_date", "coalesce(number, key)", "NULL", "gross_amount", "currency"),
    "goods_return": ("return_date", "coalesce(number, key)", "status", "NULL", "NULL"),
    "ticket": ("opened_at", "coalesce(subject, number, key)", "status", "NULL", "NULL"),
    "activity": ("happened_at", "coalesce(subject, kind, key)", "kind", "NULL", "NULL"),
    "contract": ("start_date", "coalesce(name, number, key)", "status", "value", "currency"),
    "insight": ("scored_at", "coalesce(text, kind, key)", "kind", "NULL", "NULL"),
}
TABLES = {"credit_note": "accounts_creditnote", "goods_return": "accounts_goodsreturn"}
DATED = "_at"  # moments as they are; days as midnight UTC


@dataclass(frozen=True)
class Happening:
    """One thing that happened; `day` where only the day is known."""

    object: str
    id: int
    at: datetime
    title: str
    state: str | None
    amount: Decimal | None
    currency: str | None
    source: str
    day: bool


def list_timeline(user: Reader, account: Account, *, now: datetime, limit: int = 50) -> tuple[Happening, ...]:
    """The latest things that happened until now, in one statement."""
    branches = [_branch(object, *parts) for object, parts in BRANCHES.items() if may_list(user, object)]
    if not branches:
        return ()
    sql = " UNION ALL ".join(branches) + " ORDER BY at DESC, object, id DESC LIMIT %(limit)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"account": account.pk, "limit": limit, "now": now})
        rows = cursor.fetchall()
    labels = {id: source.label for id, source in sources().items()} if rows else {}
    return tuple(_happening(row, labels) for row in rows)


def _happening(row: tuple[Any, ...], labels: dict[int, str]) -> Happening:
    object, id, at, title, state, amount, currency, source_id, day = row
    source = labels.get(source_id, "")
    return Happening(object, id, at.astimezone(UTC), title, state, amount, currency, source, day)


def _branch(object: str, when: str, title: str, state: str, amount: str, currency: str) -> str:
    """Grain: one row a live document of the customer, dated no later than now."""
    moment = when.endswith(DATED)
    at = when if moment else f"{when}::timestamp AT TIME ZONE 'UTC'"
    until = "%(now)s" if moment else "(%(now)s AT TIME ZONE 'UTC')::date"
    return (
        f"(SELECT '{object}' AS object, id, {at} AS at, {title}, {state}::text, {amount}::numeric, "
        f"{currency}::text, source_id, {not moment} "
        f"FROM {TABLES.get(object, 'accounts_' + object)} "
        f"WHERE account_id = %(account)s AND deleted_at IS NULL AND {when} <= {until} "
        f"ORDER BY {when} DESC, id DESC LIMIT %(limit)s)"
    )

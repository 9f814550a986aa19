"""What happened with a customer: one stream over all kinds of documents the user sees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.access.fields import Reader, may_list, treatment
from accounts.models import Account
from accounts.selectors.sources import sources
from accounts.selectors.timeline_own import OWN, own_kinds, own_values
from accounts.workspace.family import FAMILY

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
Cursor = tuple[datetime, str, int]  # the last line of a page: when, object, id
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


def list_timeline(
    user: Reader,
    account: Account,
    *,
    now: datetime,
    limit: int = 50,
    kinds: Collection[str] = (),
    after: datetime | None = None,
    cursor: Cursor | None = None,
) -> tuple[Happening, ...]:
    """The latest things that happened until now, in one statement; `kinds` names those wanted, none all.

    `after` leaves out what is older; `cursor` goes on below the last line of a page.
    """
    wanted = [kind for kind in kinds_of(user) if not kinds or kind in kinds]
    if not wanted:
        return ()
    branches = [_branch_of(user, kind) for kind in wanted]
    sql = f"""SELECT * FROM ({" UNION ALL ".join(branches)}) stream (object, id, at, title, state, amount, currency,
                source_id, day, who) WHERE %(after)s::timestamptz IS NULL OR at > %(after)s
              ORDER BY at DESC, object DESC, id DESC LIMIT %(limit)s"""
    at, object, id = cursor or (now, "~", 0)
    values: dict[str, Any] = {"account": account.pk, "limit": limit, "now": min(at, now), "after": after}
    values |= {"role": user_role(user), "user": user.pk, "object": object, "id": id} | own_values(user)
    with connection.cursor() as statement:
        statement.execute(sql, values)
        rows = statement.fetchall()
    labels = {id: source.label for id, source in sources().items()} if rows else {}
    return tuple(_happening(row, labels) for row in rows)


def kinds_of(user: Reader) -> list[str]:
    """The kinds of happenings the user sees; notes are for who sees customers by name."""
    seen = [object for object in BRANCHES if may_list(user, object)]
    seen += own_kinds(user)
    return [*seen, "note"] if treatment(user, "identity") == "full" else seen


def user_role(user: Reader) -> str:
    """The role, none for who isn't logged in."""
    return user.role if user.is_authenticated else ""


def _happening(row: tuple[Any, ...], labels: dict[int, str]) -> Happening:
    object, id, at, title, state, amount, currency, source_id, day, who = row
    source = who or labels.get(source_id, "")
    return Happening(object, id, at.astimezone(UTC), title, state, amount, currency, source, day)


# Grain: one row a document or note above the cursor's line; the condition on days comes first, for the index.
BELOW = "({at}, '{object}', id) < (%(now)s, %(object)s, %(id)s)"


def _branch_of(user: Reader, kind: str) -> str:
    if kind == "note":
        return _notes_branch(user)
    return OWN.get(kind) or _branch(kind, *BRANCHES[kind])


def _branch(object: str, when: str, title: str, state: str, amount: str, currency: str) -> str:
    """Grain: one row a live document of the customer, dated no later than the line the page goes on from."""
    moment = when.endswith(DATED)
    at = when if moment else f"{when}::timestamp AT TIME ZONE 'UTC'"
    until = "%(now)s" if moment else "(%(now)s AT TIME ZONE 'UTC')::date"
    return (
        f"(SELECT '{object}' AS object, id, {at} AS at, {title}, {state}::text, {amount}::numeric, "
        f"{currency}::text, source_id, {not moment}, NULL::text "
        f"FROM {TABLES.get(object, 'accounts_' + object)} "
        f"WHERE account_id = %(account)s AND deleted_at IS NULL AND {when} <= {until} "
        f"AND {BELOW.format(at=at, object=object)} "
        f"ORDER BY {when} DESC, id DESC LIMIT %(limit)s)"
    )


def _notes_branch(user: Reader) -> str:
    """Grain: one row a note on the customer or one merged into it that the user may read."""
    family = FAMILY.replace("%s", "%(account)s")
    return (
        "(SELECT 'note', id, written_at, text, kind, NULL::numeric, NULL::text, NULL::integer, false, author_label "
        f"FROM accounts_note WHERE account_id IN ({family}) AND deleted_at IS NULL AND written_at <= %(now)s "
        f"AND (seen_by IN ('', %(role)s) OR author_id = %(user)s) AND {BELOW.format(at='written_at', object='note')} "
        "ORDER BY written_at DESC, id DESC LIMIT %(limit)s)"
    )

"""Companies a customer is related to without being one with them, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from accounts.access import visible_accounts
from accounts.access.fields import Reader
from accounts.models import Account, Relation

# kind -> how the other company reads from a customer that told the relation, and from the one it was told of
WORDS: Mapping[str, tuple[str, str]] = {
    "parent": ("Parent company", "Subsidiary"),
    "branch": ("Head office", "Branch"),
    "bill_to": ("Pays its invoices", "Has its invoices paid here"),
    "ship_to": ("Receives its goods", "Has its goods sent here"),
    "franchise": ("Franchisor", "Franchisee"),
    "former": ("Formerly", "Became"),
}


@dataclass(frozen=True)
class Related:
    """One related company: what it is to the customer; no company where the reader may not see it."""

    kind: str
    label: str
    turned: bool
    other: Account | None
    since_date: date | None
    confirmed_by: str
    confirmed_at: datetime


def list_relations(user: Reader, account: Account) -> list[Related]:
    """Every confirmed relation of a customer, read from it; two queries, however many."""
    found = Relation.objects.filter(Q(account=account) | Q(other_account=account))
    rows = list(found.order_by("kind", "confirmed_at", "pk"))
    ids = {other for row in rows for other in (row.account_id, row.other_account_id)} - {account.pk}
    seen = visible_accounts(user).in_bulk(ids) if ids else {}
    return [_related(row, account, seen) for row in rows]


def _related(row: Relation, account: Account, seen: Mapping[int, Account]) -> Related:
    turned = row.other_account_id == account.pk
    other = seen.get(row.account_id if turned else row.other_account_id)
    return Related(row.kind, WORDS[row.kind][turned], turned, other, row.since_date, row.confirmed_by, row.confirmed_at)

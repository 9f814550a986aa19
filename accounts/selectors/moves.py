"""Where people were before: a person who moves between companies keeps id and past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.access import visible_accounts
from accounts.access.fields import Reader
from accounts.catalogue import load
from accounts.frames import rows

# Grain: a contact, with the last time that its customer was another one.
LAST = (
    "SELECT DISTINCT ON (row_id) row_id, (before->>'account_id')::bigint, changed_at FROM accounts_change "
    "WHERE object = %s AND row_id = ANY(%s) AND before->>'account_id' IS NOT NULL ORDER BY row_id, changed_at DESC"
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Since when a person is where they are, and where they were until then; no name where the user may not see it."""

    at: datetime
    account_id: int | None
    name: str


def list_arrivals(user: Reader, contacts: Sequence[int]) -> dict[int, Arrival]:
    """The last move of each of these people; two queries, one where nobody has moved."""
    found = rows(LAST, [load()["contact"].code, list(contacts)]) if contacts else []
    if not found:
        return {}
    seen = dict(visible_accounts(user).filter(pk__in={account for _, account, _ in found}).values_list("pk", "name"))
    return {
        contact: Arrival(at, account if account in seen else None, seen.get(account) or "")
        for contact, account, at in found
    }

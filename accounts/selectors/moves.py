"""Where people were before and where they went: a person who moves between companies keeps id and past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.access import restrict, shown, visible_accounts
from accounts.access.fields import Reader
from accounts.catalogue import load
from accounts.frames import rows
from accounts.models import Account, Contact

MOST = 50
# Grain: a contact, with the last time that its customer was another one. A customer that was merged into the one
# where the person is now is no other.
ELSEWHERE = (
    "SELECT DISTINCT ON (c.row_id) c.row_id, o.id AS left_id, coalesce(o.merged_into_id, o.id) AS home, c.changed_at "
    "FROM accounts_change c JOIN accounts_contact k ON k.id = c.row_id "
    "JOIN accounts_account o ON o.id = (c.before->>'account_id')::bigint "
    "WHERE c.object = %s AND {} AND coalesce(o.merged_into_id, o.id) IS DISTINCT FROM k.account_id "
    "ORDER BY c.row_id, c.changed_at DESC"
)
ARRIVED = ELSEWHERE.format("c.row_id = ANY(%s)")
# Grain: a contact that was at the customer and is no longer, with when it left, the newest first.
LEFT_HERE = ELSEWHERE.format("c.before->>'account_id' = ANY(%s)")
DEPARTED = f"SELECT row_id, changed_at FROM ({LEFT_HERE}) x ORDER BY changed_at DESC, row_id LIMIT {MOST}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Since when a person is where they are, and where they were until then; no name where the user may not see it."""

    at: datetime
    account_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Departure:
    """A person who was at a customer, until when, and where they are now as far as the user may see it."""

    contact_id: int
    person: str
    at: datetime
    account_id: int | None
    name: str
    gone: bool


def list_arrivals(user: Reader, contacts: Sequence[int]) -> dict[int, Arrival]:
    """The last move of each of these people; two queries, one where nobody has moved."""
    found = rows(ARRIVED, [load()["contact"].code, list(contacts)]) if contacts else []
    if not found:
        return {}
    seen = _names(user, {home for _, _, home, _ in found})
    return {
        contact: Arrival(at, account if account in seen else None, seen.get(account, ""))
        for contact, _, account, at in found
    }


def list_departures(user: Reader, account: Account) -> list[Departure]:
    """People who were at a customer and are no longer, the last to leave first; four queries at most."""
    homes = [account.pk, *Account.objects.filter(merged_into=account).values_list("pk", flat=True)]
    found = rows(DEPARTED, [load()["contact"].code, [str(pk) for pk in homes]])
    if not found:
        return []
    people = restrict(Contact.objects.all(), user, "contact", account_path=None).in_bulk([pk for pk, _ in found])
    seen = _names(user, {person.account_id for person in people.values() if person.account_id})
    return [_departure(user, people[pk], at, seen) for pk, at in found if pk in people]


def _departure(user: Reader, person: Contact, at: datetime, seen: Mapping[int, str]) -> Departure:
    told = str(shown(person, user, "contact").values.get("name") or "")
    home = person.account_id if person.account_id in seen else None
    return Departure(person.pk, told, at, home, seen.get(home or 0, ""), person.account_id is None)


def _names(user: Reader, accounts: set[int]) -> dict[int, str]:
    return dict(visible_accounts(user).filter(pk__in=accounts).values_list("pk", "name"))

"""Find documents by any number, people by name or mail, and what one looked at lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.access import may_list, scope_of, treatment, visible_accounts, visible_contacts
from accounts.access.fields import Reader
from accounts.catalogue import load
from accounts.models import Account, Contact, User, Visit, columns
from accounts.selectors.search_sql import SCOPE, fold
from accounts.selectors.timeline import TABLES

SHORTEST_NUMBER, SHORTEST_NAME = 3, 3
# object -> the column with its number; each has an index of its own
NUMBERED = {
    "order": "number",
    "invoice": "number",
    "quote": "number",
    "opportunity": "number",
    "shipment": "number",
    "payment": "number",
    "credit_note": "number",
    "ticket": "number",
    "contract": "number",
}


@dataclass(frozen=True)
class DocumentHit:
    """A document found by its number."""

    object: str
    label: str
    number: str
    account_id: int
    account: str


@dataclass(frozen=True)
class PersonHit:
    """Somebody found by name or mail, where the role sees people."""

    account_id: int
    account: str
    name: str
    why: str


def search_documents(user: Reader, text: str, *, limit: int = 6) -> tuple[DocumentHit, ...]:
    """Live documents whose number is, or starts with, the text; of kinds and customers the user sees."""
    text = "".join(text.replace("\x00", "").split())[:60].upper()
    kinds = [name for name in NUMBERED if may_list(user, name) and treatment(user, "identity") == "full"]
    if len(text) < SHORTEST_NUMBER or not any(map(str.isdigit, text)) or not kinds:
        return ()
    scope = scope_of(user)
    sql = " UNION ALL ".join(_branch(kind, "" if scope.everything else SCOPE) for kind in kinds)
    values: dict[str, Any] = {"text": text, "after": text + "zzzz", "limit": limit}
    values |= {"territories": list(scope.territories), "shares": list(scope.shares)}
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY number, object LIMIT %(limit)s", values)
        return tuple(DocumentHit(row[0], load()[row[0]].label, *row[1:]) for row in cursor.fetchall())


def _branch(kind: str, scope: str) -> str:
    """Grain: one row a document from the text on in the order of numbers, as far as it still starts with it."""
    return f"""(SELECT '{kind}' AS object, d.number, a.id, coalesce(a.name, a.legal_name, '')
                  FROM {TABLES.get(kind, "accounts_" + kind)} d JOIN accounts_account a ON a.id = d.account_id
                 WHERE d.number >= %(text)s AND d.number <= %(after)s AND starts_with(d.number, %(text)s)
                   AND d.deleted_at IS NULL {scope} ORDER BY d.number LIMIT %(limit)s)"""


def search_people(user: Reader, text: str, *, limit: int = 5) -> tuple[PersonHit, ...]:
    """People whose name or mail holds every word; none for roles that see people masked or not at all."""
    words = fold(text.replace("\x00", "")).split()[:5]
    if max(map(len, words), default=0) < SHORTEST_NAME or treatment(user, "person") not in ("full", "consent"):
        return ()
    people = visible_contacts(user).filter(account__isnull=False).annotate(told=columns.named_or_mailed())
    for word in words:
        people = people.filter(told__contains=word)
    found = people.select_related("account")[:limit]
    return tuple(_person(person, words) for person in found)


def _person(person: Contact, words: list[str]) -> PersonHit:
    account = person.account
    named = all(word in fold(person.name or "") for word in words)
    why = person.job_title or "" if named else person.email or ""
    return PersonHit(account.pk if account else 0, str(account), person.name or person.email or "—", why)


def recent_customers(user: User, *, limit: int = 6) -> list[Account]:
    """The customers the person looked at last, the latest first; two queries."""
    visits = Visit.objects.filter(user=user).order_by("-at").values_list("account_id", "account__merged_into_id")
    ids = list(dict.fromkeys(survivor or id for id, survivor in visits[: limit * 2]))
    seen = visible_accounts(user).in_bulk(ids)
    return [seen[id] for id in ids if id in seen][:limit]
